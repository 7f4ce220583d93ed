import { z } from 'zod';
import { type FieldError, parse } from '../../api/schema.ts';
import { type Trigger, triggerNames } from '../../gitops/notify/triggers.ts';
import { isTriggerName } from '../../gitops/notify/subscriptions.ts';
import { parseDuration } from '../../lib/duration.ts';
import type { SecretFile } from '../../provider/notice-source.ts';
import { configProblem, readConfigFile } from '../config-file.ts';
import type { Message, Send } from './message.ts';
import { github } from './services/github.ts';
import { gitlab } from './services/gitlab.ts';
import type { SendContext, ServiceKind } from './services/service-kind.ts';
import { slack } from './services/slack.ts';
import { webhook } from './services/webhook.ts';

/** A service that somebody is told through. */
export interface DeclaredService {
  readonly name: string;
  /** What it tells of every Application; annotations ask for more. */
  readonly triggers: readonly Trigger[];
  readonly showsState: boolean;
  readonly secrets: readonly SecretFile[];
  readonly concerns: (message: Message) => boolean;
  readonly open: (context: SendContext) => Send;
}

export interface NotifyConfig {
  /** Where the secrets stand that services name. */
  readonly secretsFolder?: string;
  /** Milliseconds that Secrets may be waited for before somebody is told. */
  readonly patience: number;
  /** With `{namespace}` and `{name}` in it. */
  readonly targetUrl?: string;
  readonly services: readonly DeclaredService[];
}

const defaultPatience = 600_000;

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration such as 10m' });
  return z.NEVER;
});

const file = z.strictObject({
  secretsFolder: z.string().regex(/^\//, 'must be an absolute path').exactOptional(),
  secretsWaitAtMost: duration.exactOptional(),
  targetUrl: z.url({ protocol: /^https?$/, error: 'must be the address of a web page' }).exactOptional(),
  services: z
    .array(
      z.looseObject({
        // a dot would end the trigger's name in an annotation
        name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must consist of lower-case letters, digits and hyphens').refine((name) => !isTriggerName(name), 'is the name of a trigger'),
        type: z.string(),
        triggers: z.array(z.enum(triggerNames)).exactOptional(),
      }),
    )
    .min(1, 'must name at least one service'),
});

/** A kind whose configuration's type is hidden, so that kinds of many types fit one list. */
interface ErasedKind {
  readonly type: string;
  readonly parse: (config: unknown, name: string, triggers: readonly Trigger[] | undefined) => { readonly ok: true; readonly value: DeclaredService } | { readonly ok: false; readonly errors: readonly FieldError[] };
}

function erase<Config>({ type, showsState, schema, secrets, concerns = () => true, open }: ServiceKind<Config>): ErasedKind {
  return {
    type,
    parse: (config, name, given) => {
      const parsed = parse(schema, config);
      if (!parsed.ok) return parsed;
      // whose commit it is sees what became of it, unless told otherwise
      const triggers = given ?? (showsState ? ['on-state'] : []);
      return { ok: true, value: { name, triggers, showsState, secrets: secrets(parsed.value), concerns: (message) => concerns(parsed.value, message), open: (context) => open(parsed.value, context) } };
    },
  };
}

const kinds: readonly ErasedKind[] = [erase(slack), erase(webhook), erase(github), erase(gitlab)];

/**
 * Reads the file of `--notify-config`.
 * @throws UsageError that names the file and the line of everything that is wrong, and quotes nothing
 */
export async function readNotifyConfig(path: string): Promise<NotifyConfig> {
  const document = await readConfigFile('--notify-config', path);
  const parsed = parse(file, document.value);
  if (!parsed.ok) throw configProblem(path, document, parsed.errors);
  const { secretsFolder, secretsWaitAtMost: patience = defaultPatience, targetUrl, services } = parsed.value;
  const errors: FieldError[] = [];
  const declared = services.flatMap(({ name, type, triggers, ...config }, index): readonly DeclaredService[] => {
    const at = `services[${index}]`;
    if (services.findIndex((one) => one.name === name) < index) errors.push({ path: `${at}.name`, message: 'is the name of another service already' });
    const kind = kinds.find((one) => one.type === type);
    if (kind === undefined) {
      errors.push({ path: `${at}.type`, message: `must be one of ${kinds.map((one) => one.type).join(', ')}` });
      return [];
    }
    const service = kind.parse(config, name, triggers);
    if (!service.ok) errors.push(...service.errors.map((error) => ({ path: error.path === '' ? at : `${at}.${error.path}`, message: error.message })));
    else if (service.value.showsState && triggers?.some((trigger) => trigger !== 'on-state') === true) errors.push({ path: `${at}.triggers`, message: 'a commit has one status: on-state is the only trigger here' });
    return service.ok ? [service.value] : [];
  });
  if (errors.length > 0) throw configProblem(path, document, errors);
  return { services: declared, patience, ...(secretsFolder === undefined ? {} : { secretsFolder }), ...(targetUrl === undefined ? {} : { targetUrl }) };
}
