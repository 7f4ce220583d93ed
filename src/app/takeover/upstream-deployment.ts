import type { KubeObject } from '../../api/object.ts';
import { type DeploymentFacts, readDeployment } from './read-deployment.ts';

/** A Deployment of External Secrets Operator. */
export interface UpstreamDeployment extends DeploymentFacts {
  readonly role: 'controller' | 'webhook' | 'cert-controller';
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

/** What a Deployment of External Secrets runs, told by its label or, where a chart's name was overridden, by its image; undefined for all others. */
export function upstreamDeployment(object: KubeObject): UpstreamDeployment | undefined {
  const labelled = ownValue(names, object.metadata.labels?.['app.kubernetes.io/name'] ?? '');
  const read = readDeployment(object, { image: upstreamImage, isLabelled: labelled !== undefined });
  if (read === undefined) return undefined;
  const { facts, words } = read;
  const subcommand = ownValue(subcommands, words.find((word) => !word.startsWith('-')) ?? '');
  const watches = flag(words, 'namespace');
  return {
    role: subcommand ?? (words.length === 0 ? labelled : undefined) ?? 'controller',
    ...facts,
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
