import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { KubeObject } from '../api/object.ts';
import { parse } from '../api/schema.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { Cluster } from '../kube/port.ts';
import { customResourceDefinitionType } from '../kube/resource-types.ts';
import type { Clock } from '../lib/clock.ts';
import { sleep } from '../lib/sleep.ts';
import { parseYaml } from '../lib/yaml.ts';
import { shippedFolder } from './shipped-folder.ts';

const crdSchema = z.looseObject({
  apiVersion: z.literal('apiextensions.k8s.io/v1'),
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.looseObject({ name: z.string() }),
});

/** The definitions of the kinds that Prelude reconciles, as they are shipped. */
export async function shippedCrds(): Promise<readonly KubeObject[]> {
  const folder = shippedFolder('crds');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted();
  const documents = await Promise.all(files.map(async (name) => parseYaml(await readFile(join(folder, name)))));
  return documents.flat().map(({ value }) => {
    const parsed = parse(crdSchema, value);
    if (!parsed.ok) throw new Error(`a file in ${folder} is not a CustomResourceDefinition`);
    return parsed.value;
  });
}

const establishWithin = 15_000;
const lookEvery = 200;

/**
 * Creates the definitions that the cluster does not have. One that is there, upstream's own for one, is never touched.
 * @returns the names of those that were created, once the API server serves them
 */
export async function installCrds(cluster: Cluster, clock: Clock, signal: AbortSignal): Promise<readonly string[]> {
  const created: string[] = [];
  for (const crd of await shippedCrds()) {
    const { name } = crd.metadata;
    if ((await cluster.get(customResourceDefinitionType, { name }, signal, { metadataOnly: true })) !== undefined) continue;
    try {
      await cluster.create(customResourceDefinitionType, crd, { fieldManager: 'prelude-up' }, signal);
      created.push(name);
    } catch (error) {
      // somebody else was faster: theirs is as good
      if (!isKubeError(error, 'exists')) throw error;
    }
  }
  for (const name of created) await established(cluster, name, { clock, signal });
  if (created.length > 0) await cluster.discover(signal, { fresh: true });
  return created;
}

async function established(cluster: Cluster, name: string, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<void> {
  const deadline = clock.monotonic() + establishWithin;
  while (clock.monotonic() < deadline) {
    const crd = await cluster.get(customResourceDefinitionType, { name }, signal);
    if (isEstablished(crd?.['status'])) return;
    await sleep(clock, lookEvery, signal);
  }
  throw new Error(`the API server does not serve ${name} ${establishWithin / 1000} s after it was created; look at "kubectl describe crd ${name}"`);
}

const statusSchema = z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })) });

function isEstablished(status: unknown): boolean {
  const parsed = parse(statusSchema, status);
  return parsed.ok && parsed.value.conditions.some((condition) => condition.type === 'Established' && condition.status === 'True');
}
