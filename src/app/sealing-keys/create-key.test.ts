import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { namespaceType, secretType } from '../../kube/resource-types.ts';
import { secretValues } from '../../secret/live-secret.ts';
import { systemClock } from '../../lib/clock.ts';
import { createKey, listKeySecrets } from './create-key.ts';
import { keySecret, sealingKeyLabel } from './key-secret.ts';

const folder = new LocalFolder();
const shape = { namespace: 'seal', prefix: 'sealed-secrets-key', bits: 2048, validFor: 86_400_000, commonName: 'us', labels: { team: 'a' }, annotations: { note: 'b' } };

async function open(): Promise<Cluster> {
  const cluster = await folder.open();
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'seal' } }, us, signal);
  return cluster;
}

function create(cluster: Pick<Cluster, 'pages' | 'get' | 'create'>, isWanted: (secrets: readonly KubeObject[]) => boolean = () => true): Promise<string | undefined> {
  return createKey(shape, isWanted, { cluster, clock: systemClock, randomBytes }, signal);
}

async function names(cluster: Cluster): Promise<readonly string[]> {
  return (await listKeySecrets(cluster, 'seal', signal)).map(({ metadata }) => metadata.name);
}

describe('a new sealing key', () => {
  it('is kept as Sealed Secrets keeps one, and can be read back', async () => {
    const cluster = await open();
    const name = (await create(cluster)) ?? '';
    const secret = await cluster.get(secretType, { namespace: 'seal', name }, signal);
    expect(name).toMatch(/^sealed-secrets-key[a-z0-9]{5}$/);
    expect(secret).toMatchObject({ type: 'kubernetes.io/tls', metadata: { labels: { team: 'a', [sealingKeyLabel]: 'active' }, annotations: { note: 'b' } } });
    expect(secret === undefined ? undefined : keySecret(secret)).toMatchObject({ kind: 'key', name });
    expect(Buffer.from(secretValues(secret ?? expect.fail('no Secret')).get('tls.key')?.reveal() ?? []).toString()).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
  });

  it('is made once by all who decide on the same keys, also where the answer of the first was lost', async () => {
    const cluster = await open();
    const isFirst = (secrets: readonly KubeObject[]): boolean => secrets.length === 0;
    const lost: Pick<Cluster, 'pages' | 'get' | 'create'> = {
      pages: (type, selection, at) => cluster.pages(type, selection, at),
      get: (type, key, at, options) => cluster.get(type, key, at, options),
      create: async (...args) => {
        await cluster.create(...args);
        throw new KubeError('unavailable', 'the connection broke');
      },
    };
    // both look before either has written
    const both = await Promise.allSettled([create(cluster, isFirst), create(lost, isFirst)]);
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(await create(cluster, isFirst)).toBeUndefined();
    expect(await names(cluster)).toHaveLength(1);
  });

  it('gets another name where the one before was withdrawn, with its label or without', async () => {
    const cluster = await open();
    const first = (await create(cluster)) ?? '';
    for (const label of [{ [sealingKeyLabel]: 'compromised' }, {}]) {
      const live = await cluster.get(secretType, { namespace: 'seal', name: first }, signal);
      if (live !== undefined) await cluster.update(secretType, { ...live, metadata: { ...live.metadata, labels: label } }, us, signal);
      expect(await create(cluster)).not.toBe(first);
    }
  });
});
