import { z } from 'zod';
import { externalSecretsGroup } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { validatingWebhookConfigurationType } from '../../kube/resource-types.ts';
import { type ServiceName, type ServiceState, serviceState } from './service-state.ts';

/** A ValidatingWebhookConfiguration of External Secrets' chart. */
export interface UpstreamWebhook {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Who is asked; absent: an address outside of the cluster, of which nothing can be told. */
  readonly service?: ServiceName & { readonly state: ServiceState };
  /** What cannot be written while nobody answers, e.g. `externalsecrets`; empty where such a failure is ignored. */
  readonly guards: readonly string[];
}

/** The names that upstream's chart gives, whatever the release is called. */
const upstreamNames: ReadonlySet<string> = new Set(['secretstore-validate', 'externalsecret-validate']);

const webhook = z.object({
  failurePolicy: z.string().default('Fail'),
  clientConfig: z.object({ service: z.object({ namespace: z.string(), name: z.string() }).optional() }),
  rules: z.array(z.object({ apiGroups: z.array(z.string()).default([]), resources: z.array(z.string()).default([]) })).default([]),
});
const configuration = z.object({ webhooks: z.array(webhook).default([]) });

/**
 * Lists upstream's admission webhooks, and whether somebody answers them.
 * @throws KubeError
 */
export async function observeWebhooks(cluster: Cluster, signal: AbortSignal): Promise<readonly UpstreamWebhook[]> {
  const found: UpstreamWebhook[] = [];
  for await (const { items } of cluster.pages(validatingWebhookConfigurationType, {}, signal)) {
    for (const item of items) {
      const read = readConfiguration(item);
      if (read === undefined) continue;
      const { service, ...rest } = read;
      found.push(service === undefined ? rest : { ...rest, service: { ...service, state: await serviceState(cluster, service, signal) } });
    }
  }
  return found;
}

/** Nobody answers, and whatever it guards cannot be written. */
export function isDead({ service }: UpstreamWebhook): boolean {
  return service !== undefined && service.state !== 'ready';
}

function readConfiguration(object: KubeObject): (Omit<UpstreamWebhook, 'service'> & { readonly service?: ServiceName }) | undefined {
  const { name, uid = '', resourceVersion = '', labels } = object.metadata;
  const parsed = configuration.safeParse(object);
  if (!parsed.success) return undefined;
  const { webhooks } = parsed.data;
  const ours = webhooks.filter(({ rules }) => rules.length > 0 && rules.every(({ apiGroups }) => apiGroups.every((group) => group === externalSecretsGroup)));
  const isUpstream = upstreamNames.has(name) || labels?.['external-secrets.io/component'] === 'webhook';
  // one that guards other kinds too is not upstream's to give away
  if (!isUpstream || ours.length === 0 || ours.length < webhooks.length) return undefined;
  const service = ours[0]?.clientConfig.service;
  const guards = ours.filter(({ failurePolicy }) => failurePolicy === 'Fail').flatMap(({ rules }) => rules.flatMap(({ resources }) => resources));
  return { name, uid, resourceVersion, guards: [...new Set(guards)], ...(service === undefined ? {} : { service }) };
}
