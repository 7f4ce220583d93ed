import { createPrivateKey, type KeyObject } from 'node:crypto';

/** What an OpenSSH private key file says, read by the letter of its format. */
export interface OpenSshKey {
  readonly privateKey: KeyObject;
  readonly comment: string;
  /** The public part, as the line in authorized_keys has it. */
  readonly publicBlob: string;
}

/** A reader of SSH's byte strings. */
class Wire {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  string(): Buffer {
    const length = this.uint32();
    if (this.#at + length > this.#bytes.length) throw new Error('a string is longer than what is left');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A positive number in its shortest form, without the byte that keeps its sign. */
  number(): Buffer {
    const bytes = this.string();
    if ((bytes[0] ?? 0) >= 0x80) throw new Error('a number is negative');
    if (bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) throw new Error('a number is longer than it need be');
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }
}

/** @throws Error for whatever OpenSSH would not take */
export function readOpenSshKey(pem: string): OpenSshKey {
  const match = /^-----BEGIN OPENSSH PRIVATE KEY-----\n((?:[A-Za-z0-9+/=]{1,70}\n)+)-----END OPENSSH PRIVATE KEY-----\n$/.exec(pem);
  const bytes = Buffer.from(match?.[1] ?? '', 'base64');
  if (bytes.subarray(0, 15).toString('latin1') !== 'openssh-key-v1\0') throw new Error('this is no OpenSSH key');
  const outer = new Wire(bytes.subarray(15));
  const [cipher, derivation, options, keys] = [outer.string().toString(), outer.string().toString(), outer.string().length, outer.uint32()];
  if (cipher !== 'none' || derivation !== 'none' || options !== 0 || keys !== 1) throw new Error('this is not one key without a passphrase');
  const publicBlob = outer.string().toString('base64');
  const content = outer.string();
  if (outer.rest().length > 0) throw new Error('something follows');
  if (content.length % 8 !== 0) throw new Error('the private part is not padded to whole blocks');
  const inner = new Wire(content);
  if (inner.uint32() !== inner.uint32()) throw new Error('the check numbers differ');
  const privateKey = readKey(inner);
  const comment = inner.string().toString();
  if (![...inner.rest()].every((byte, index) => byte === index + 1)) throw new Error('the padding is not 1, 2, 3');
  return { privateKey, comment, publicBlob };
}

const url = (bytes: Buffer): string => bytes.toString('base64url');

function readKey(wire: Wire): KeyObject {
  const algorithm = wire.string().toString();
  if (algorithm === 'ssh-rsa') {
    const [n = '', e = '', d = '', qi = '', p = '', q = ''] = Array.from({ length: 6 }, () => url(wire.number()));
    const big = (text: string): bigint => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
    const remainder = (prime: string): string => url(Buffer.from((big(d) % (big(prime) - 1n)).toString(16).padStart(2 * Buffer.from(prime, 'base64url').length, '0'), 'hex'));
    return createPrivateKey({ key: { kty: 'RSA', n, e, d, p, q, dp: remainder(p), dq: remainder(q), qi }, format: 'jwk' });
  }
  if (algorithm === 'ssh-ed25519') {
    const publicKey = wire.string();
    const secret = wire.string();
    if (!secret.subarray(32).equals(publicKey)) throw new Error('the private key does not hold the public one');
    return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x: url(publicKey), d: url(secret.subarray(0, 32)) }, format: 'jwk' });
  }
  const curve = wire.string().toString();
  const crv = { nistp256: 'P-256', nistp384: 'P-384', nistp521: 'P-521' }[curve] ?? '';
  if (algorithm !== `ecdsa-sha2-${curve}`) throw new Error('the curve is not the algorithm’s');
  const point = wire.string();
  const half = (point.length - 1) / 2;
  if (point[0] !== 4) throw new Error('the point is not uncompressed');
  const scalar = wire.number();
  const key = { kty: 'EC', crv, x: url(point.subarray(1, 1 + half)), y: url(point.subarray(1 + half)), d: url(Buffer.concat([Buffer.alloc(half - scalar.length), scalar])) };
  return createPrivateKey({ key, format: 'jwk' });
}
