import { createPrivateKey, createPublicKey } from 'node:crypto';
import { keys } from './crypto-files.ts';

type Members = Readonly<Record<string, unknown>>;

/** The private and the public JWK of a key. */
function pair(pem: string): readonly Members[] {
  const key = createPrivateKey(pem);
  // JWKs are objects of texts
  return [key, createPublicKey(key)].map((half) => half.export({ format: 'jwk' }) as Members);
}

const pairs = [keys.rsa, keys.leaf, keys.edwards].map(pair);

/** Changes that make some keys bad ones. */
const changes: readonly Members[] = [
  { alg: 'x', use: 'sig', kid: '1', extra: { a: [1] } },
  { alg: 1 },
  { key_ops: ['sign', 'other', null] },
  { key_ops: 'sign' },
  { x5c: ['a'] },
  { x5c: [1] },
  { d: null },
  { d: 1 },
  { d: undefined },
  { e: 'Ag' },
  { e: '' },
  { e: 'AQAB\n' },
  { e: 'A!' },
  { n: undefined },
  { p: 'Aw' },
  { dp: undefined },
  { dp: 'AQ' },
  { p: undefined, q: undefined, dp: undefined, dq: undefined, qi: undefined },
  { x: 'AA' },
  { x: null },
  { y: undefined },
  { crv: 'P-384' },
  { crv: 'X25519' },
  { crv: 1 },
  { kty: 'EC' },
  { kty: 'OKP' },
  { kty: 'oct', k: 'AAAA' },
  { kty: undefined, KTY: 'EC' },
];

/** JWKs of all kinds, and what is none. */
export const jwks: readonly string[] = [
  ...pairs.flat().flatMap((jwk) => [{}, ...changes].map((change) => JSON.stringify({ ...jwk, ...change }))),
  ...pairs.flat().slice(3, 4).map((jwk) => ` ${JSON.stringify(jwk)} {`),
  '{"kty":"oct","k":"AAAA"}',
  '{"kty":"oct"}',
  '{"kty":"RSA","n":"AQAB","e":"AQ\\u0041B"}',
  '{"kty":1}',
  '{"keys":[]}',
  '{}',
  '[]',
  'null',
  '',
  '"a',
];
