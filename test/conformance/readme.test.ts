import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { formatErrors } from '../../src/api/schema.ts';
import { installCrds } from '../../src/app/install-crds.ts';
import { shippedChecks } from '../../src/app/shipped-checks.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { namespaceType } from '../../src/kube/resource-types.ts';
import { isKubeError } from '../../src/kube/kube-error.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { parseYaml } from '../../src/lib/yaml.ts';

const root = dirname(dirname(import.meta.dirname));
const never = new AbortController().signal;
const manifest = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string(), namespace: z.string().exactOptional() }) });

/** YAML blocks of a document that hold manifests, with the line they start at. */
function yamlBlocks(file: string): readonly { readonly at: string; readonly text: string }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => ({ at: `${file}:${text.slice(0, match.index).split('\n').length}`, text: match[1] ?? '' }));
}

const pages = readdirSync(join(root, 'providers')).map((name) => `providers/${name}/README.md`).filter((page) => existsSync(join(root, page)));
// the chart's README shows values, which are no manifests, and others a part of one
const blocks = ['README.md', ...pages].flatMap(yamlBlocks).filter(({ text }) => /^apiVersion:/m.test(text));

const check = shippedChecks();

describe('the manifests that the documents show', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openCluster({ kubeconfig: inject('controlPlane').kubeconfig });
    await installCrds(cluster, systemClock, never);
  });

  afterAll(() => cluster.close());

  it('are there', () => {
    expect(pages.length).toBeGreaterThanOrEqual(9);
    expect(blocks.filter(({ at }) => at.startsWith('README.md')).length).toBeGreaterThanOrEqual(10);
    expect(pages.filter((page) => !blocks.some(({ at }) => at.startsWith(page)))).toEqual([]);
  });

  it.each(blocks)('are taken by the real API server as they stand: $at', async ({ text }) => {
    for (const { value } of parseYaml(text)) {
      const object = manifest.parse(value);
      // the chapter about adapters of other packages shows a store of one
      const told = text.includes('\n    consul:') ? /^spec\.provider\.consul: the provider is not known/ : /^$/;
      expect(formatErrors(check(object)?.errors ?? []), 'what a controller would say of it').toMatch(told);
      const { namespace } = object.metadata;
      if (namespace !== undefined) await ensureNamespace(namespace);
      const type = (await cluster.discover(never)).find(object.apiVersion, object.kind);
      expect(type, `${object.apiVersion} ${object.kind} is served`).toBeDefined();
      const { namespace: _, ...clusterScoped } = object.metadata;
      const shown = { ...object, metadata: type!.namespaced ? { ...clusterScoped, namespace: namespace ?? 'default' } : clusterScoped };
      const taken = await cluster.apply(type!, shown, { fieldManager: 'readme', force: true, dryRun: true }, never);
      // an object of the same name may be there, with more fields of others
      expect(taken).toMatchObject(object['spec'] === undefined ? {} : { spec: object['spec'] });
    }
  });

  async function ensureNamespace(name: string): Promise<void> {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'readme' }, never).catch((error: unknown) => {
      if (!isKubeError(error, 'exists')) throw error;
    });
  }
});
