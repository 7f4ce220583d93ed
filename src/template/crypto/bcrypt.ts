import { encodeBase64, hashSync } from 'bcryptjs';
import { FunctionError } from '../template-error.ts';
import { fromText, toText } from '../value/byte-string.ts';

/** Longer passwords would be cut off. */
export const longestPassword = 72;

/**
 * Hashes a password: `$2a$10$…`, as Go's bcrypt names its version. Takes 2^cost rounds.
 * @param password a byte string of at most 72 bytes, which must be UTF-8: the package takes text
 * @param salt 16 bytes
 * @throws FunctionError where the password is not UTF-8
 */
export function hashPassword(password: string, salt: Uint8Array, cost: number): string {
  const text = toText(password);
  if (fromText(text) !== password) throw new FunctionError('the password is not UTF-8 text');
  return hashSync(text, `$2a$${String(cost).padStart(2, '0')}$${encodeBase64(salt, salt.length)}`);
}
