import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';

/** A Deployment of Sealed Secrets' controller. */
export interface SealedDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** As whom its pods act, in its namespace. */
  readonly serviceAccount: string;
  readonly replicas: number;
  readonly running: number;
  /** What it was told, by the names of its flags, from arguments and from SEALED_SECRETS_ variables; an argument wins. */
  readonly flags: ReadonlyMap<string, string>;
}

const image = /(?:^|\/)(?:bitnami-)?sealed-secrets(?:-controller)?(?=$|[:@])/;
const container = z.object({
  image: z.string().default(''),
  args: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().exactOptional() })).default([]),
});
const deployment = z.object({
  spec: z.object({ replicas: z.int().default(1), template: z.object({ spec: z.object({ serviceAccountName: z.string().default('default'), containers: z.array(container) }) }) }),
  status: z.object({ replicas: z.int().default(0) }).default({ replicas: 0 }),
});

/** Sealed Secrets' controller in a Deployment, told by its label or its image; undefined for all others. */
export function sealedDeployment(object: KubeObject): SealedDeployment | undefined {
  const parsed = deployment.safeParse(object);
  if (!parsed.success) return undefined;
  const { spec, status } = parsed.data;
  const isLabelled = object.metadata.labels?.['app.kubernetes.io/name'] === 'sealed-secrets' || object.metadata.labels?.['name'] === 'sealed-secrets-controller';
  const { containers } = spec.template.spec;
  const main = containers.find((one) => image.test(one.image)) ?? (isLabelled ? containers[0] : undefined);
  if (main === undefined) return undefined;
  const { namespace = '', name, uid = '' } = object.metadata;
  const environment = main.env.flatMap((one) => (one.name.startsWith('SEALED_SECRETS_') && one.value !== undefined ? [[one.name.slice('SEALED_SECRETS_'.length).toLowerCase().replaceAll('_', '-'), one.value] as const] : []));
  return { namespace, name, uid, serviceAccount: spec.template.spec.serviceAccountName, replicas: spec.replicas, running: status.replicas, flags: new Map([...environment, ...flagsOf([...main.command.slice(1), ...main.args])]) };
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
