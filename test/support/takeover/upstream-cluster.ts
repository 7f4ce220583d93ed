import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../src/api/object.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { customResourceDefinitionType } from '../../../src/kube/resource-types.ts';
import { parseYaml } from '../../../src/lib/yaml.ts';

const never = new AbortController().signal;

/** Installs External Secrets' own CRDs, and waits until its kinds are served. */
export async function installUpstreamCrds(cluster: Cluster, folder: string): Promise<void> {
  const crds = readdirSync(folder)
    .filter((file) => /^(generators\.)?external-secrets\.io_.*\.yaml$/.test(file))
    .flatMap((file) => parseYaml(readFileSync(join(folder, file))).map(({ value }) => value as KubeObject));
  for (const crd of crds) await cluster.apply(customResourceDefinitionType, crd, { fieldManager: 'helm' }, never);
  const kinds = crds.map((crd) => Reflect.get(Reflect.get(crd['spec'] as object, 'names') as object, 'kind') as string);
  for (let tries = 0; tries < 200; tries += 1) {
    const discovery = await cluster.discover(never, { fresh: true });
    const isServed = (kind: string): boolean => ['external-secrets.io/v1', 'external-secrets.io/v1alpha1', 'generators.external-secrets.io/v1alpha1'].some((version) => discovery.find(version, kind) !== undefined);
    if (kinds.every(isServed)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("External Secrets' kinds are not served");
}
