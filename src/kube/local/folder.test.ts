import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getSecret, LocalFolder, secret, signal, us, versionOf } from '../../../test/support/local-folder.ts';
import type { KubeObject } from '../../api/object.ts';
import { secretType } from '../resource-types.ts';

const folder = new LocalFolder();

describe('the folder of a local cluster', () => {
  it('holds a file for each object, for its owner\'s eyes only, and is kept out of Git', async () => {
    const cluster = await folder.open();
    await cluster.create(secretType, secret('a'), us, signal);

    expect(readdirSync(folder.dir).toSorted()).toEqual(['.cluster', '.gitignore', '_cluster', 'default']);
    expect(readFileSync(join(folder.dir, '.gitignore'), 'utf8')).toBe('*\n');
    expect(readFileSync(folder.fileOf('a'), 'utf8')).toContain('data:\n  key: dmFsdWU=\n');
    for (const path of ['', '.cluster', 'default', 'default/Secret']) expect(statSync(join(folder.dir, path)).mode & 0o777).toBe(0o700);
    for (const file of ['.gitignore', '.cluster/lock', 'default/Secret/a.yaml', '_cluster/Namespace/default.yaml']) expect(statSync(join(folder.dir, file)).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind of an object that is gone, nor of a write', async () => {
    const cluster = await folder.open();
    await cluster.create(secretType, secret('a'), us, signal);
    await cluster.delete(secretType, { namespace: 'default', name: 'a' }, {}, signal);

    expect(readdirSync(folder.dir).toSorted()).toEqual(['.cluster', '.gitignore', '_cluster']);
    expect(readdirSync(join(folder.dir, '_cluster', 'Namespace')).toSorted()).toEqual(['default.yaml', 'kube-system.yaml']);
  });

  it('is not made in a folder that holds something else', async () => {
    mkdirSync(folder.dir);
    writeFileSync(join(folder.dir, 'values.yaml'), 'a: 1\n');

    await expect(folder.open()).rejects.toMatchObject({ kind: 'invalid', message: `${folder.dir} holds files that are not a local cluster's; choose a new or an empty folder` });
    expect(readdirSync(folder.dir)).toEqual(['values.yaml']);
  });

  it('takes names as they come, the longest and the strangest, and never lets one out', async () => {
    const cluster = await folder.open();
    const role = (name: string): KubeObject => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: [] });
    const type = (await cluster.discover(signal)).find('rbac.authorization.k8s.io/v1', 'ClusterRole')!;
    const names = ['system:node', '.hidden', '...', 'Ünïcode name', 'a\\b', '~', 'x'.repeat(300)];
    for (const name of names) await cluster.create(type, role(name), us, signal);
    await cluster.create(secretType, secret('s'.repeat(253)), us, signal);
    await cluster.close();

    const again = await folder.open();
    for (const name of names) expect(await again.get(type, { name }, signal)).toMatchObject({ metadata: { name } });
    expect(await getSecret(again, 's'.repeat(253))).toBeDefined();
    for (const name of ['..', '.', 'a/b', '../../escape']) await expect(again.create(type, role(name), us, signal)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(again.create(secretType, { ...secret('a'), metadata: { name: 'a', namespace: '../..' } }, us, signal)).rejects.toMatchObject({ kind: 'invalid' });
    expect(folder.problems).toEqual([]);
    expect(readdirSync(join(folder.dir, '..'))).toEqual(['cluster']);
  });

  it('does not write through a link that leads out of it', async () => {
    const cluster = await folder.open();
    const outside = join(folder.dir, '..', 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(folder.dir, 'default'));

    await expect(cluster.create(secretType, secret('a'), us, signal)).rejects.toMatchObject({ kind: 'invalid' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(join(folder.dir, 'default'));
  });

  it('is open in one process at a time', async () => {
    await folder.open();

    await expect(folder.open()).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining(`in use by process ${process.pid};`) });
    const other = `
      import { openLocalCluster } from ${JSON.stringify(new URL('local-cluster.ts', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../../lib/clock.ts', import.meta.url).href)};
      await openLocalCluster({ dir: ${JSON.stringify(folder.dir)}, types: [], clock: systemClock, onProblem: () => {} }).catch((error) => console.log(error.message));`;
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', other], { encoding: 'utf8' })).toContain(`in use by process ${process.pid};`);
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, started: 1 })],
    ['of an earlier process with our pid', JSON.stringify({ pid: process.pid, started: 1 })],
    ['that was never written to the end', '{"pid":'],
  ])('takes over a lock %s', async (_title, lock) => {
    await (await folder.open()).close();
    writeFileSync(join(folder.dir, '.cluster', 'lock'), lock);

    await (await folder.open()).close();

    expect(readdirSync(join(folder.dir, '.cluster'))).toEqual(['version']);
  });

  it('refuses every call once it is closed, and ends its watches', async () => {
    const cluster = await folder.open();
    const watching = cluster.watch(secretType, {}, await versionOf(cluster, secretType), signal)[Symbol.asyncIterator]().next();
    await cluster.close();

    expect(await watching).toMatchObject({ done: true });
    await expect(getSecret(cluster, 'a')).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
