import { expect, test } from 'vitest';
import { pushedSecret, unpushable } from './pushed-secret.ts';

const secret = (type?: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'source', labels: { team: 'chain', 'kubernetes.io/service-account.x': '1' }, annotations: { note: 'n', 'kubernetes.io/service-account.name': 'admin', 'kubernetes.io/service-account.uid': 'u' } },
  ...(type === undefined ? {} : { type }),
  data: { key: 'dmFsdWU=' },
});

test('providers see a Secret without what says whose token it is', () => {
  const { type, labels, annotations, data } = pushedSecret(secret());
  expect({ type, labels, annotations, data: [...data].map(([key, bytes]) => [key, Buffer.from(bytes.reveal()).toString()]) }).toEqual({ type: 'Opaque', labels: { team: 'chain' }, annotations: { note: 'n' }, data: [['key', 'value']] });
});

test.each([
  ['Opaque', false],
  ['kubernetes.io/tls', false],
  ['kubernetes.io/service-account-token', true],
  ['bootstrap.kubernetes.io/token', true],
  ['helm.sh/release.v1', true],
])('whether a Secret of type %s is refused: %j', (type, isRefused) => {
  expect(unpushable(pushedSecret(secret(type))) !== undefined).toBe(isRefused);
});
