import { createHash, createHmac, scryptSync } from 'node:crypto';
import { hashPassword, longestPassword } from '../crypto/bcrypt.ts';
import { chargeTime, milliseconds } from '../crypto/charge-time.ts';
import { FunctionError } from '../template-error.ts';
import { toBytes } from '../value/byte-string.ts';
import type { Codec, FunctionMap } from '../value/go-function.ts';
import { meteredFunction, rest, text } from '../value/go-function.ts';
import { intTypes } from '../value/go-type.ts';
import type { CallContext } from '../value/value.ts';
import { Int } from '../value/value.ts';
import { passwordLayouts, symbols } from './password-layout.ts';

/** The evaluator passes no other type. */
const uint32: Pick<Codec<number>, 'type' | 'read'> = { type: intTypes.uint32, read: (value) => (value instanceof Int ? Number(value.value) : 0) };

/** Functions that make a hash or another password of a password. */
export const passwords: FunctionMap = new Map([
  ['bcrypt', meteredFunction([text], text, bcrypt)],
  ['derivePassword', meteredFunction([uint32, text, text, text, text], text, derivePassword)],
  ['htpasswd', meteredFunction([text, text, rest(text)], text, htpasswd)],
]);

const cost = 10;

/** What is wrong stands in the answer, as in sprig. */
function bcrypt({ meter, random }: CallContext, password: string): string {
  if (password.length > longestPassword) return `failed to encrypt string with bcrypt: bcrypt: password length exceeds ${longestPassword} bytes`;
  chargeTime(meter, milliseconds.bcrypt);
  return hashPassword(password, random(16), cost);
}

/** A line of Apache's password files. Newer External Secrets name the algorithm in a third argument, sprig has none. */
function htpasswd(context: CallContext, user: string, password: string, [algorithm = 'bcrypt', ...others]: readonly string[]): string {
  if (others.length > 0) throw new FunctionError(`wrong number of args: want 2 or 3 got ${others.length + 3}`);
  if (user.includes(':')) return `invalid username: ${user}`;
  if (algorithm === 'sha') return `${user}:{SHA}${createHash('sha1').update(toBytes(password)).digest('base64')}`;
  return `${user}:${bcrypt(context, password)}`;
}

const seedText = 'com.lyndir.masterpassword';

/** The Master Password algorithm: the password of a site, from one that a user remembers. */
function derivePassword({ meter }: CallContext, counter: number, kind: string, password: string, user: string, site: string): string {
  const layouts = passwordLayouts.get(kind);
  if (layouts === undefined) return `cannot find password template ${kind}`;
  chargeTime(meter, milliseconds.scrypt);
  const salt = Buffer.concat([Buffer.from(seedText), counted(user)]);
  const key = scryptSync(toBytes(password), salt, 64, { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 });
  const seed = createHmac('sha256', key).update(Buffer.concat([Buffer.from(seedText), counted(site), bigEndian(counter)])).digest();
  const layout = layouts[(seed[0] ?? 0) % layouts.length] ?? '';
  return Array.from(layout, (symbol, index) => {
    const choices = symbols.get(symbol) ?? '';
    return choices.charAt((seed[index + 1] ?? 0) % choices.length);
  }).join('');
}

/** A byte string with its length before it. */
function counted(value: string): Buffer {
  return Buffer.concat([bigEndian(value.length), toBytes(value)]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value % 2 ** 32);
  return bytes;
}
