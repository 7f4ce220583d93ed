import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { getSecret, LocalFolder, secret, signal, us, versionOf } from '../../../test/support/local-folder.ts';
import type { Cluster, WatchEvent } from '../port.ts';
import { secretType } from '../resource-types.ts';

const folder = new LocalFolder();

/** The first event that a watch from now on brings, once `act` has been done. */
async function eventAfter(cluster: Cluster, act: () => void): Promise<WatchEvent> {
  const version = await versionOf(cluster, secretType);
  act();
  for await (const event of cluster.watch(secretType, {}, version, AbortSignal.timeout(10_000))) return event;
  return expect.fail('the watch ended');
}

describe('an edit by hand while the cluster runs', () => {
  it('is an update that others see', async () => {
    const cluster = await folder.open();
    const created = await cluster.create(secretType, secret('a'), us, signal);

    const event = await eventAfter(cluster, () => folder.edit(folder.fileOf('a'), (text) => text.replace('dmFsdWU=', 'b3RoZXI=')));

    expect(event).toMatchObject({ type: 'modified', object: { data: { key: 'b3RoZXI=' }, metadata: { uid: created.metadata.uid } } });
    await expect(cluster.update(secretType, created, us, signal)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('is a creation where it is a new file, in a new folder too', async () => {
    const cluster = await folder.open();

    const event = await eventAfter(cluster, () => {
      mkdirSync(join(folder.dir, 'default', 'Secret'), { recursive: true });
      writeFileSync(folder.fileOf('new'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: new, namespace: default}\nstringData: {key: value}\n');
    });

    expect(event).toMatchObject({ type: 'added', object: { data: { key: 'dmFsdWU=' } } });
    expect(readFileSync(folder.fileOf('new'), 'utf8')).toMatch(/ {2}uid: [0-9a-f-]{36}\n/);
  });

  it('is seen in a folder that was emptied and filled again', async () => {
    const cluster = await folder.open();
    for (let round = 0; round < 3; round += 1) {
      await cluster.create(secretType, secret('a'), us, signal);
      await cluster.delete(secretType, { namespace: 'default', name: 'a' }, {}, signal);
    }
    await cluster.create(secretType, secret('a'), us, signal);
    await eventAfter(cluster, () => folder.edit(folder.fileOf('a'), (text) => text.replace('dmFsdWU=', 'b25l')));
    await cluster.delete(secretType, { namespace: 'default', name: 'a' }, {}, signal);
    await cluster.create(secretType, secret('a'), us, signal);

    const event = await eventAfter(cluster, () => setTimeout(() => folder.edit(folder.fileOf('a'), (text) => text.replace('dmFsdWU=', 'dHdv')), 300));

    expect(event).toMatchObject({ type: 'modified', object: { data: { key: 'dHdv' } } });
  });

  it('is a deletion where the file is removed, of what it owns too', async () => {
    const cluster = await folder.open();
    const { uid = '' } = (await cluster.create(secretType, { ...secret('a'), metadata: { ...secret('a').metadata, finalizers: ['example.com/hold'] } }, us, signal)).metadata;
    const owned = secret('owned');
    await cluster.create(secretType, { ...owned, metadata: { ...owned.metadata, ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'a', uid }] } }, us, signal);

    expect(await eventAfter(cluster, () => rmSync(folder.fileOf('a')))).toMatchObject({ type: 'deleted', object: { metadata: { name: 'a' } } });
    expect(await getSecret(cluster, 'owned')).toBeUndefined();
  });

  it('is seen by a write that comes before anybody was told', async () => {
    const cluster = await folder.open({ clock: createFakeClock() });
    const created = await cluster.create(secretType, secret('a'), us, signal);
    folder.edit(folder.fileOf('a'), (text) => text.replace('dmFsdWU=', 'b3RoZXI='));

    await expect(cluster.update(secretType, created, us, signal)).rejects.toMatchObject({ kind: 'conflict' });
    expect((await getSecret(cluster, 'a'))!['data']).toEqual({ key: 'b3RoZXI=' });
  });

  it('is overruled by whoever applies with force, as any drift is', async () => {
    const cluster = await folder.open();
    await cluster.apply(secretType, secret('a'), us, signal);
    folder.edit(folder.fileOf('a'), (text) => text.replace('dmFsdWU=', 'b3RoZXI='));

    await expect(cluster.apply(secretType, secret('a'), us, signal)).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('/data/key (hand-edit)') });
    expect(await cluster.apply(secretType, secret('a'), { ...us, force: true }, signal)).toMatchObject({ data: { key: 'dmFsdWU=' } });
  });

  it('that cannot be read changes nothing, and is kept beside what is written next', async () => {
    const cluster = await folder.open();
    const created = await cluster.create(secretType, secret('a'), us, signal);
    writeFileSync(folder.fileOf('a'), 'my: [precious');
    expect(await getSecret(cluster, 'a')).toEqual(created);

    await cluster.update(secretType, { ...created, data: {} }, us, signal);

    expect(readFileSync(`${folder.fileOf('a')}.unreadable`, 'utf8')).toBe('my: [precious');
    expect(readFileSync(folder.fileOf('a'), 'utf8')).toContain('data: {}');
    expect(folder.problems).toEqual([
      'default/Secret/a.yaml: wrong indentation, or a bracket or brace is not closed (line 1, column 14)',
      'default/Secret/a.yaml: was in the way of a write, and is kept as default/Secret/a.yaml.unreadable',
    ]);
  });

  it('that only touches a file is none', async () => {
    const cluster = await folder.open();
    const created = await cluster.create(secretType, secret('a'), us, signal);
    folder.edit(folder.fileOf('a'), (text) => text);
    renameSync(folder.fileOf('a'), `${folder.fileOf('a')}.bak`);
    renameSync(`${folder.fileOf('a')}.bak`, folder.fileOf('a'));

    const updated = await cluster.update(secretType, created, us, signal);

    expect(updated.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  });

  it('that copies an object to another name makes another object', async () => {
    const cluster = await folder.open();
    const created = await cluster.create(secretType, secret('a'), us, signal);

    const event = await eventAfter(cluster, () => writeFileSync(folder.fileOf('b'), readFileSync(folder.fileOf('a'), 'utf8').replace('name: a', 'name: b')));

    expect(event).toMatchObject({ type: 'added', object: { metadata: { name: 'b' } } });
    expect((await getSecret(cluster, 'b'))!.metadata.uid).not.toBe(created.metadata.uid);
  });
});
