import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';

/** A Deployment of External Secrets Operator. */
export interface UpstreamDeployment {
  readonly role: 'controller' | 'webhook' | 'cert-controller';
  readonly namespace: string;
  readonly name: string;
  /** As whom its pods act, in its namespace. */
  readonly serviceAccount: string;
  /** How many pods are asked for. */
  readonly replicas: number;
  /** How many pods there are, those on their way out left out. */
  readonly running: number;
  /** The class of stores that a controller serves. */
  readonly controllerClass: string;
  /** The only namespace a controller looks at; absent: all. */
  readonly watches?: string;
}

const names: Readonly<Record<string, UpstreamDeployment['role']>> = {
  'external-secrets': 'controller',
  'external-secrets-webhook': 'webhook',
  'external-secrets-cert-controller': 'cert-controller',
};

/** The first argument of upstream's program, where it is not the controller that runs. */
const subcommands: Readonly<Record<string, UpstreamDeployment['role']>> = { webhook: 'webhook', certcontroller: 'cert-controller' };

const upstreamImage = /(?:^|\/)external-secrets(?=$|[:@])/;

const container = z.object({ image: z.string().default(''), command: z.array(z.string()).default([]), args: z.array(z.string()).default([]) });
const deployment = z.object({
  spec: z.object({ replicas: z.int().default(1), template: z.object({ spec: z.object({ serviceAccountName: z.string().default('default'), containers: z.array(container) }) }) }),
  status: z.object({ replicas: z.int().default(0) }).default({ replicas: 0 }),
});

/** What a Deployment of External Secrets runs, told by its label or, where a chart's name was overridden, by its image; undefined for all others. */
export function upstreamDeployment(object: KubeObject): UpstreamDeployment | undefined {
  const parsed = deployment.safeParse(object);
  if (!parsed.success) return undefined;
  const { spec, status } = parsed.data;
  const labelled = ownValue(names, object.metadata.labels?.['app.kubernetes.io/name'] ?? '');
  const main = spec.template.spec.containers.find(({ image }) => upstreamImage.test(image)) ?? (labelled === undefined ? undefined : spec.template.spec.containers[0]);
  if (main === undefined) return undefined;
  const words = [...main.command.slice(1), ...main.args];
  const subcommand = ownValue(subcommands, words.find((word) => !word.startsWith('-')) ?? '');
  const watches = flag(words, 'namespace');
  return {
    role: subcommand ?? (words.length === 0 ? labelled : undefined) ?? 'controller',
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    serviceAccount: spec.template.spec.serviceAccountName,
    replicas: spec.replicas,
    running: status.replicas,
    controllerClass: flag(words, 'controller-class') ?? 'default',
    ...(watches === undefined ? {} : { watches }),
  };
}

/** Whether it does something, or is about to. */
export function isLive({ replicas, running }: Pick<UpstreamDeployment, 'replicas' | 'running'>): boolean {
  return replicas > 0 || running > 0;
}

/** `--name=value` or `--name value`; an empty one says nothing. */
function flag(words: readonly string[], name: string): string | undefined {
  const joined = words.findLast((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  const split = words.lastIndexOf(`--${name}`);
  const value = joined ?? (split < 0 ? undefined : words[split + 1]);
  return value === '' ? undefined : value;
}

function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
