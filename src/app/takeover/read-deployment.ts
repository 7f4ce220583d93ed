import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';

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

/** Where a Deployment is, and what it does. */
export interface DeploymentFacts {
  readonly namespace: string;
  readonly name: string;
  /** As whom its pods act, in its namespace. */
  readonly serviceAccount: string;
  /** How many pods are asked for. */
  readonly replicas: number;
  /** How many pods there are, those on their way out left out. */
  readonly running: number;
}

/** A Deployment, and the container of it that counts. */
export interface ReadDeployment {
  readonly facts: DeploymentFacts;
  readonly environment: z.output<typeof container>['env'];
  /** What the program was told: its command but for the program, and its arguments. */
  readonly words: readonly string[];
}

/**
 * Reads a Deployment of a known product, told by the image of a container or, where a chart's image was overridden, by its labels.
 * @returns undefined for all others
 */
export function readDeployment(object: KubeObject, { image, isLabelled }: { readonly image: RegExp; readonly isLabelled: boolean }): ReadDeployment | undefined {
  const parsed = deployment.safeParse(object);
  if (!parsed.success) return undefined;
  const { spec, status } = parsed.data;
  const { containers, serviceAccountName: serviceAccount } = spec.template.spec;
  const main = containers.find((one) => image.test(one.image)) ?? (isLabelled ? containers[0] : undefined);
  if (main === undefined) return undefined;
  const { namespace = '', name } = object.metadata;
  return { facts: { namespace, name, serviceAccount, replicas: spec.replicas, running: status.replicas }, environment: main.env, words: [...main.command.slice(1), ...main.args] };
}
