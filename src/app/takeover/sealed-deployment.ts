import type { KubeObject } from '../../api/object.ts';
import { type DeploymentFacts, readDeployment } from './read-deployment.ts';

/** A Deployment of Sealed Secrets' controller. */
export interface SealedDeployment extends DeploymentFacts {
  readonly uid: string;
  /** What it was told, by the names of its flags, from arguments and from SEALED_SECRETS_ variables; an argument wins. */
  readonly flags: ReadonlyMap<string, string>;
}

const image = /(?:^|\/)(?:bitnami-)?sealed-secrets(?:-controller)?(?=$|[:@])/;

/** Sealed Secrets' controller in a Deployment, told by its label or its image; undefined for all others. */
export function sealedDeployment(object: KubeObject): SealedDeployment | undefined {
  const isLabelled = object.metadata.labels?.['app.kubernetes.io/name'] === 'sealed-secrets' || object.metadata.labels?.['name'] === 'sealed-secrets-controller';
  const read = readDeployment(object, { image, isLabelled });
  if (read === undefined) return undefined;
  const environment = read.environment.flatMap((one) => (one.name.startsWith('SEALED_SECRETS_') && one.value !== undefined ? [[one.name.slice('SEALED_SECRETS_'.length).toLowerCase().replaceAll('_', '-'), one.value] as const] : []));
  return { ...read.facts, uid: object.metadata.uid ?? '', flags: new Map([...environment, ...flagsOf(read.words)]) };
}

/** `--name=value`, `--name value`, and `--name` alone, which is `true`. */
function flagsOf(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((word, index) => {
    const flag = /^--?([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word);
    if (flag === null) return [];
    const next = words[index + 1];
    return [[flag[1] ?? '', flag[2] ?? (next === undefined || next.startsWith('-') ? 'true' : next)] as const];
  });
}
