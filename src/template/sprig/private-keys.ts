import { chargeTime, milliseconds } from '../crypto/charge-time.ts';
import { generateDsaKey, generateEcKey, generateEd25519Key, generateRsaKey } from '../crypto/generate-key.ts';
import { encodeKeyPem } from '../crypto/key-pem.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';

/** Makes private keys. */
export const privateKeys: FunctionMap = new Map([['genPrivateKey', meteredFunction([text], text, generate)]]);

const kinds = new Map([
  ['', { time: milliseconds.rsa4096, generate: () => generateRsaKey(4096) }],
  ['rsa', { time: milliseconds.rsa4096, generate: () => generateRsaKey(4096) }],
  ['dsa', { time: milliseconds.dsa, generate: generateDsaKey }],
  ['ecdsa', { time: milliseconds.smallKey, generate: generateEcKey }],
  ['ed25519', { time: milliseconds.smallKey, generate: generateEd25519Key }],
]);

function generate({ meter }: CallContext, kind: string): string {
  const found = kinds.get(kind);
  if (found === undefined) return `Unknown type ${kind}`;
  chargeTime(meter, found.time);
  return encodeKeyPem(found.generate());
}
