import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import type { Cluster } from '../../kube/port.ts';
import { namespaceType, secretType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { sealingKeyLabel } from './key-secret.ts';
import { backUpKeys, listKeys, makeKey, restoreKeys, withdrawKey } from './manage-keys.ts';

const folder = new LocalFolder();
const shape = { namespace: 'seal', prefix: 'sealed-secrets-key', bits: 2048, validFor: 3650 * 86_400_000, commonName: '', labels: {}, annotations: {} };

async function open() {
  const cluster: Cluster = await folder.open();
  for (const name of ['seal', 'other']) await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, us, signal);
  return { cluster, namespace: 'seal', clock: systemClock };
}

describe('the keys of an installation', () => {
  it('are listed, the one that seals first, withdrawn and malformed ones last', { timeout: 30_000 }, async () => {
    const deps = await open();
    const first = await makeKey(shape, deps, signal);
    const second = await makeKey(shape, deps, signal);
    await withdrawKey(first, deps, signal);
    await deps.cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'seal', name: 'broken', labels: { [sealingKeyLabel]: 'active' } }, data: {} }, us, signal);

    const listed = await listKeys(deps, signal);

    expect(listed.map(({ name, state, seals }) => [name, state, seals])).toEqual([[second, 'active', true], [first, 'compromised', false], ['broken', 'active', false]]);
    expect(listed[2]?.problem).toBe('Secret seal/broken has no tls.crt and tls.key');
    await expect(withdrawKey('none', deps, signal)).rejects.toThrow('there is no sealing key none in namespace seal');
  });

  it('say what needs attention: a certificate that is about to end, has ended, or does not hold yet', { timeout: 30_000 }, async () => {
    const deps = await open();
    const made = await makeKey(shape, deps, signal);
    const problem = async (days: number): Promise<string | undefined> => {
      const clock = createFakeClock(Date.now() + days * 86_400_000);
      return (await listKeys({ ...deps, clock }, signal)).find(({ name }) => name === made)?.problem;
    };

    expect(await problem(3_600)).toBeUndefined();
    expect(await problem(3_630)).toMatch(/expires on \d{4}-\d\d-\d\d$/);
    expect(await problem(3_651)).toContain('has expired');
    expect(await problem(-1)).toContain('is not valid yet');
  });

  it('come back from a backup as they were, into whatever namespace, and nothing that is there is changed', async () => {
    const deps = await open();
    const [first, second] = [await makeKey(shape, deps, signal), await makeKey(shape, deps, signal)];
    await withdrawKey(first, deps, signal);
    const identity = await generateX25519Identity();
    const { text, names } = await backUpKeys({ recipients: [await identityToRecipient(identity)] }, deps, signal);
    expect(names.toSorted()).toEqual([first, second].toSorted());
    expect(text).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
    const file = Buffer.from(text);

    const other = { ...deps, namespace: 'other' };
    expect((await restoreKeys(file, { identities: [identity] }, 'keys.age', other, signal)).created.toSorted()).toEqual([first, second].toSorted());
    const strip = (keys: Awaited<ReturnType<typeof listKeys>>): unknown => keys.map(({ name, state, fingerprint }) => [name, state, fingerprint]);
    expect(strip(await listKeys(other, signal))).toEqual(strip(await listKeys(deps, signal)));
    expect((await restoreKeys(file, { identities: [identity] }, 'keys.age', other, signal)).present.toSorted()).toEqual([first, second].toSorted());
    await expect(restoreKeys(file, { identities: [await generateX25519Identity()] }, 'keys.age', other, signal)).rejects.toThrow(/keys.age cannot be decrypted/);
  }, 30_000);
});
