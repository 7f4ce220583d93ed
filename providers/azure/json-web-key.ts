import type { JsonWebKey as SdkKey } from '@azure/keyvault-keys';
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

const parts = ['n', 'e', 'd', 'dp', 'dq', 'qi', 'p', 'q', 'k'] as const;

/** A key as the JSON of a JSON Web Key, its members in External Secrets' order. */
export function printKey(key: SdkKey): SecretBytes {
  const { kid, kty, keyOps, t, crv, x, y } = key;
  const members: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['kid', kid],
    ['kty', kty],
    ['key_ops', keyOps],
    ...parts.map((name) => [name, encode(key[name])] as const),
    ['key_hsm', encode(t)],
    ['crv', crv],
    ['x', encode(x)],
    ['y', encode(y)],
  ];
  return SecretBytes.fromUtf8(JSON.stringify(Object.fromEntries(members.filter(([, value]) => value !== undefined))));
}

function encode(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('base64url');
}

/**
 * Reads a key to import: a private key in PEM, RSA or elliptic; what holds no PEM is the bytes of a symmetric key.
 * @throws ProviderError `invalid`, which quotes nothing of it
 */
export function readKey(value: SecretBytes): SdkKey {
  const text = Buffer.from(value.reveal()).toString('utf8');
  if (!text.includes('-----BEGIN ')) return { kty: 'oct', k: value.reveal() };
  const { kty, crv, ...members } = privateKeyIn(text).export({ format: 'jwk' });
  if (kty === 'RSA') return { kty, ...bytesOf(members) };
  const curve = curves.find((one) => one === (crv === 'secp256k1' ? 'P-256K' : crv));
  if (kty === 'EC' && curve !== undefined) return { kty, crv: curve, ...bytesOf(members) };
  throw new ProviderError('invalid', 'the value is a private key of a kind that no vault holds; it must be RSA, or elliptic on P-256, P-384, P-521 or secp256k1');
}

const curves = ['P-256', 'P-384', 'P-521', 'P-256K'] as const;

function privateKeyIn(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's words may quote the key
    throw new ProviderError('invalid', 'the value is PEM, but no private key that can be read');
  }
}

const binary = ['n', 'e', 'd', 'dp', 'dq', 'qi', 'p', 'q', 'x', 'y'] as const;

function bytesOf(members: JsonWebKey): Partial<Record<(typeof binary)[number], Uint8Array>> {
  const bytes: Partial<Record<(typeof binary)[number], Uint8Array>> = {};
  for (const name of binary) {
    const text = members[name];
    if (text !== undefined) bytes[name] = Buffer.from(text, 'base64url');
  }
  return bytes;
}

/** Whether two keys are the same, as far as a vault tells what it holds: its public half. */
export function isSamePublicKey(a: SdkKey, b: SdkKey): boolean {
  // a key in a hardware module is of the same kind with a suffix: RSA-HSM
  const kind = ({ kty = '' }: SdkKey): string => kty.replace(/-HSM$/, '');
  return kind(a) === kind(b) && kind(a) !== 'oct' && (a.crv ?? '') === (b.crv ?? '') && (['n', 'e', 'x', 'y'] as const).every((name) => number(a[name]) === number(b[name]));
}

/** Numbers may be written with zeros before them. */
function number(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex').replace(/^(00)+/, '');
}
