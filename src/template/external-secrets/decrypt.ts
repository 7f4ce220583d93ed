import { constants, privateDecrypt } from 'node:crypto';
import { chargeKey, chargeOperation } from '../crypto/charge-time.ts';
import { decodePem } from '../crypto/pem.ts';
import { readAnyKey, toKeyObject } from '../crypto/private-key.ts';
import { bitLength, checkRsaSize, type RsaKey } from '../crypto/rsa-key.ts';
import { within } from '../crypto/within.ts';
import { FunctionError } from '../template-error.ts';
import { toBytes } from '../value/byte-string.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';

/** Decrypts with a private key. */
export const decrypt: FunctionMap = new Map([['rsaDecrypt', meteredFunction([text, text, text, text], text, rsaDecrypt)]]);

/** @param scheme `RSA-OAEP`, or `None` for what is not encrypted */
function rsaDecrypt({ meter }: CallContext, scheme: string, hash: string, input: string, privateKey: string): string {
  if (scheme === 'None') return input;
  if (scheme !== 'RSA-OAEP') throw new FunctionError('the decryption scheme is not supported', `decryption scheme ${scheme} is not supported`);
  const { block } = decodePem(privateKey);
  if (block === undefined) throw new FunctionError('failed to decode PEM block');
  chargeKey(meter, privateKey.length);
  const key = within('could not parse private key', () => readAnyKey(block.bytes));
  if (key.kind !== 'rsa') throw new FunctionError('could not parse RSA private key');
  chargeOperation(meter, bitLength(key.n));
  return within('error decrypting data with RSA', () => decryptOaep(key, hash, input));
}

const hashes = new Map([
  ['SHA1', 'sha1'],
  ['SHA512', 'sha512'],
]);

function decryptOaep(key: RsaKey, hash: string, input: string): string {
  checkRsaSize(key);
  try {
    // what is neither of the others is SHA-256, as in External Secrets
    const options = { key: toKeyObject(key), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hashes.get(hash) ?? 'sha256' };
    return privateDecrypt(options, toBytes(input)).toString('latin1');
  } catch {
    // OpenSSL says no more, so that nothing can be learned by asking often
    throw new FunctionError('crypto/rsa: decryption error');
  }
}
