import { expect, test } from 'vitest';
import { parseSealedSecret } from '../api/sealed-secret.ts';
import { sealedProvides } from './sealed-provides.ts';

function provided(spec: object): unknown {
  const parsed = parseSealedSecret({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { name: 'grafana', namespace: 'monitoring' }, spec });
  return parsed.ok ? sealedProvides(parsed.value) : parsed;
}

test('a SealedSecret makes the Secret of its own name, with the keys of its values and of its templates', () => {
  const template = { metadata: { name: 'other', namespace: 'elsewhere' }, type: 'kubernetes.io/basic-auth', data: { password: 'x', url: '{{ .password }}' } };
  expect(provided({ encryptedData: { username: 'AgA=', password: 'AgA=' }, template })).toEqual({ secret: 'grafana', keys: ['username', 'password', 'url'], type: 'kubernetes.io/basic-auth' });
});

test('a SealedSecret of the deprecated form does not tell its keys, nor does one that adds to a Secret of others', () => {
  expect(provided({ data: 'AgA=' })).toEqual({ secret: 'grafana', keys: 'dynamic' });
  expect(provided({ encryptedData: { a: 'AgA=' }, template: { metadata: { annotations: { 'sealedsecrets.bitnami.com/patch': 'true' } } } })).toEqual({ secret: 'grafana', keys: 'dynamic' });
});
