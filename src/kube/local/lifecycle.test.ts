import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { getSecret, LocalFolder, secret, signal, us } from '../../../test/support/local-folder.ts';
import type { ResourceType } from '../port.ts';
import { configMapType, deploymentType, eventType, namespaceType, secretType } from '../resource-types.ts';

const folder = new LocalFolder();

describe('the objects of a local cluster', () => {
  it('keep the fields of status when it is a field as any other', async () => {
    const type: ResourceType = { ...deploymentType, group: 'example.com', kind: 'Plain', plural: 'plains', statusSubresource: false };
    const cluster = await folder.open({ types: [type] });
    const created = await cluster.create(type, { apiVersion: 'example.com/v1', kind: 'Plain', metadata: { name: 'a', namespace: 'default' }, status: { x: 1 } }, us, signal);
    const patched = await cluster.patchStatus(type, { namespace: 'default', name: 'a' }, { y: 2 }, us, signal);

    expect(created['status']).toEqual({ x: 1 });
    expect(patched).toMatchObject({ status: { x: 1, y: 2 }, metadata: { generation: 2 } });
    expect(cluster.kind).toBe('recorded');
  });

  it('go with their owner, and its owner, and so on', async () => {
    const cluster = await folder.open();
    let owner = await cluster.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first', namespace: 'default' } }, us, signal);
    for (const name of ['second', 'third']) {
      const { kind, metadata } = owner;
      owner = await cluster.create(secretType, { ...secret(name), metadata: { name, namespace: 'default', ownerReferences: [{ apiVersion: 'v1', kind, name: metadata.name, uid: metadata.uid! }] } }, us, signal);
    }

    await cluster.delete(configMapType, { namespace: 'default', name: 'first' }, { propagation: 'Foreground' }, signal);

    expect([await getSecret(cluster, 'second'), await getSecret(cluster, 'third')]).toEqual([undefined, undefined]);
    expect(existsSync(join(folder.dir, 'default'))).toBe(false);
  });

  it('do not stay where they are made for an owner that is gone already', async () => {
    const cluster = await folder.open();
    const orphan = { ...secret('a'), metadata: { ...secret('a').metadata, ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'x', uid: 'gone' }] } };

    await cluster.create(secretType, orphan, us, signal);

    expect(await getSecret(cluster, 'a')).toBeUndefined();
  });

  it('hold their namespace while a finalizer holds them, and nothing new gets in', async () => {
    const cluster = await folder.open();
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } }, us, signal);
    const held = await cluster.create(secretType, { ...secret('a'), metadata: { name: 'a', namespace: 'ns', finalizers: ['example.com/hold'] } }, us, signal);

    await cluster.delete(namespaceType, { name: 'ns' }, {}, signal);
    expect(await cluster.get(namespaceType, { name: 'ns' }, signal)).toMatchObject({ status: { phase: 'Terminating' } });
    await expect(cluster.create(secretType, { ...secret('b'), metadata: { name: 'b', namespace: 'ns' } }, us, signal)).rejects.toMatchObject({ kind: 'denied' });
    const leaving = (await cluster.get(secretType, { namespace: 'ns', name: 'a' }, signal))!;
    expect(leaving.metadata.uid).toBe(held.metadata.uid);
    await cluster.update(secretType, { ...leaving, metadata: { ...leaving.metadata, finalizers: [] } }, us, signal);

    expect(await cluster.get(namespaceType, { name: 'ns' }, signal)).toBeUndefined();
    await expect(cluster.delete(namespaceType, { name: 'default' }, {}, signal)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('cannot be changed where they say that they are immutable', async () => {
    const cluster = await folder.open();
    const fixed = await cluster.create(secretType, { ...secret('a'), immutable: true }, us, signal);

    await expect(cluster.update(secretType, { ...fixed, data: {} }, us, signal)).rejects.toMatchObject({ kind: 'invalid', message: 'data: field is immutable when `immutable` is set' });
    await expect(cluster.update(secretType, { ...fixed, immutable: false }, us, signal)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('have the keys that their type asks for', async () => {
    const cluster = await folder.open();

    await expect(cluster.create(secretType, { ...secret('a'), type: 'kubernetes.io/tls' }, us, signal)).rejects.toMatchObject({ kind: 'invalid', message: 'data[tls.crt]: is required by a Secret of type kubernetes.io/tls' });
  });

  it('are not kept for ever where they are events', async () => {
    const clock = createFakeClock();
    const cluster = await folder.open({ clock });
    const happen = (name: string): Promise<unknown> => cluster.create(eventType, { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default' }, message: name }, us, signal);
    await happen('first');
    await clock.advance(1_800_000);
    await happen('second');
    await clock.advance(1_800_001);
    await happen('third');

    const pages = [];
    for await (const { items } of cluster.pages(eventType, {}, signal)) pages.push(...items.map(({ metadata }) => metadata.name));
    expect(pages).toEqual(['second', 'third']);
  });
});
