import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getSecret, LocalFolder, secret, signal, us, versionOf } from '../../../test/support/local-folder.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import type { Cluster } from '../port.ts';
import { customResourceDefinitionType, externalSecretType, namespaceType, secretType } from '../resource-types.ts';

const folder = new LocalFolder();

describe('a local cluster that is opened again', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const data = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('AA==', 'AQ=='), { maxKeys: 3 });
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('create', 'update', 'apply'), name: names, data }),
    fc.record({ do: fc.constantFrom('delete'), name: names, data }),
  );

  it('holds just what it held before, and counts on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        folder.renew();
        const before = await folder.open();
        for (const { do: verb, name, data } of steps) {
          const live = await getSecret(before, name);
          if (verb === 'create' && live === undefined) await before.create(secretType, secret(name, data), us, signal);
          if (verb === 'update' && live !== undefined) await before.update(secretType, { ...live, data }, us, signal);
          if (verb === 'apply') await before.apply(secretType, secret(name, data), { ...us, force: true }, signal);
          if (verb === 'delete') await before.delete(secretType, { namespace: 'default', name }, {}, signal);
        }
        const objects = await listAll(before);
        const version = await versionOf(before, secretType);
        await before.close();

        const after = await folder.open();
        expect(await listAll(after)).toEqual(objects);
        expect(await versionOf(after, secretType)).toBe(version);
        const next = await after.apply(secretType, secret('next'), us, signal);
        expect(Number(next.metadata.resourceVersion)).toBeGreaterThan(Number(version));
        expect(folder.problems).toEqual([]);
        await after.close();
      }),
      { numRuns: 25 },
    );
  });

  async function listAll(cluster: Cluster): Promise<readonly KubeObject[]> {
    const all: KubeObject[] = [];
    for (const type of [namespaceType, secretType]) for await (const { items } of cluster.pages(type, {}, signal)) all.push(...items);
    return all;
  }

  it('never gives a resourceVersion twice, even if it was killed', async () => {
    const before = await folder.open();
    await before.create(secretType, secret('a'), us, signal);
    await before.delete(secretType, { namespace: 'default', name: 'a' }, {}, signal);
    const version = Number(await versionOf(before, secretType));
    const killed = readFileSync(join(folder.dir, '.cluster', 'version'));
    await before.close();
    writeFileSync(join(folder.dir, '.cluster', 'version'), killed);

    const after = await folder.open();

    expect(Number(await versionOf(after, secretType))).toBeGreaterThan(version);
    await expect(after.watch(secretType, {}, String(version), signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: 'expired' });
  });

  it('serves the kinds of the definitions in it, with their objects', async () => {
    const before = await folder.open();
    const definition: KubeObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets' }, versions: ['v1', 'v2'].map((name) => ({ name, served: true })) },
    };
    await before.create(customResourceDefinitionType, definition, us, signal);
    const key: ObjectKey = { namespace: 'default', name: 'w' };
    const v1 = (await before.discover(signal)).find('example.com/v1', 'Widget')!;
    await before.create(v1, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { ...key }, spec: {} }, us, signal);
    await before.close();

    const after = await folder.open();
    const v2 = (await after.discover(signal)).find('example.com/v2', 'Widget')!;

    expect(await after.get(v2, key, signal)).toMatchObject({ apiVersion: 'example.com/v2', metadata: { generation: 1 } });
    expect(await after.get(v1, key, signal)).toMatchObject({ apiVersion: 'example.com/v1' });
    expect(folder.problems).toEqual([]);
  });

  it('takes in what was edited, added and removed while it was closed', async () => {
    const before = await folder.open();
    const spec = { target: { name: 'x' } };
    for (const name of ['edited', 'removed', 'kept']) await before.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name, namespace: 'default' }, spec }, us, signal);
    const key = { namespace: 'default', name: 'edited' };
    const patched = await before.patchStatus(externalSecretType, key, { refreshTime: 'T' }, us, signal);
    await before.close();
    const file = (name: string): string => join(folder.dir, 'default', 'ExternalSecret.external-secrets.io', `${name}.yaml`);
    folder.edit(file('edited'), (text) => text.replace('name: x', 'name: other'));
    rmSync(file('removed'));
    writeFileSync(file('added'), 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: added, namespace: default}\nspec: {}\n');

    const after = await folder.open();
    const names: string[] = [];
    for await (const { items } of after.pages(externalSecretType, {}, signal)) names.push(...items.map(({ metadata }) => metadata.name));
    const edited = await after.get(externalSecretType, key, signal);

    expect(names).toEqual(['added', 'edited', 'kept']);
    expect(edited).toMatchObject({ spec: { target: { name: 'other' } }, status: { refreshTime: 'T' }, metadata: { uid: patched.metadata.uid, generation: 2 } });
    expect(Number(edited!.metadata.resourceVersion)).toBeGreaterThan(Number(patched.metadata.resourceVersion));
    expect(await after.get(externalSecretType, { namespace: 'default', name: 'kept' }, signal)).toMatchObject({ metadata: { generation: 1 } });
    expect(folder.problems).toEqual([]);
  });

  it('reports files that are no objects, or not in their place, and leaves them as they are', async () => {
    await (await folder.open()).close();
    const files: Readonly<Record<string, string>> = {
      'default/Secret/broken.yaml': 'data: {hunter2: [',
      'default/Secret/misplaced.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: default}\n',
      'default/Thing.example.com/a.yaml': 'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a, namespace: default}\n',
      'nowhere/Secret/a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: nowhere}\n',
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(folder.dir, file, '..'), { recursive: true });
      writeFileSync(join(folder.dir, file), text);
    }

    await folder.open();

    expect(folder.problems.toSorted()).toEqual([
      'default/Secret/broken.yaml: wrong indentation, or a bracket or brace is not closed (line 1, column 18)',
      'default/Secret/misplaced.yaml: belongs into default/Secret/other.yaml',
      'default/Thing.example.com/a.yaml: its apiVersion and kind are not served by this cluster',
      'nowhere/Secret/a.yaml: its namespace does not exist',
    ]);
    for (const [file, text] of Object.entries(files)) expect(readFileSync(join(folder.dir, file), 'utf8')).toBe(text);
  });
});
