import { expect, test } from 'vitest';
import { pushSecretEntry } from './caches.ts';
import { formatErrors } from '../../api/schema.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { RemoteWrite } from '../../provider/contract.ts';
import { createPushDigest } from './push-digest.ts';
import { pushToStore } from './push-to-store.ts';
import type { ResolvedStore } from './resolve-stores.ts';

const { signal } = new AbortController();
const target: ResolvedStore = { key: 'SecretStore/vault', store: { kind: 'SecretStore', metadata: { namespace: 'devnet', name: 'vault' }, spec: { controller: '', provider: {}, conditions: [] }, status: { conditions: [] } }, provider: 'p', state: 's' };
const { parsed } = pushSecretEntry({
  apiVersion: 'external-secrets.io/v1alpha1',
  kind: 'PushSecret',
  metadata: { namespace: 'devnet', name: 'push', uid: 'uid' },
  spec: { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'source' } }, data: [{ match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } } }] },
});

test.each([
  [true, ['path'], []],
  [false, [], [{ kind: 'retry', message: 'set secret failed: the PushSecret or SecretStore "vault" has changed meanwhile' }]],
])('where the store is still as it was (%j) it is written to', async (isCurrent, places, problems) => {
  if (!parsed.ok) throw new Error(formatErrors(parsed.errors));
  const written: string[] = [];
  const write = (_store: unknown, writes: readonly RemoteWrite[]) => {
    written.push(...writes.map(({ remoteKey }) => remoteKey));
    return Promise.resolve(writes.map(() => ({ kind: 'written' }) as const));
  };
  const sources = [{ name: 'source', secret: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['key', SecretBytes.fromUtf8('value')]]) } }];
  const options = { reader: { read: () => Promise.resolve([]) }, writer: { write }, render: () => Promise.resolve([]), digest: createPushDigest(), isCurrent: () => isCurrent };
  const pushed = await pushToStore(target, { pushSecret: parsed.value, sources, why: 'asked', digests: new Map() }, options, signal);

  expect(written).toEqual(places);
  expect(pushed.problems).toEqual(problems);
  expect(pushed.held).toHaveLength(places.length);
});
