import { generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { ecdsaPair, ed25519Pair, privateKeyPem, publicKeyLine, rsaPair, type SshKeyPair } from './open-ssh-key.ts';

const defaultRsaBits = 2048;
/** Below it a key is broken with what everybody has; neither Go nor OpenSSH makes or takes one. */
const fewestRsaBits = 1024;
const keySizes = 'must be from 256 to 8192';

export const sshKeySpec = z
  .strictObject({
    keyType: z.enum(['rsa', 'ecdsa', 'ed25519', '']).exactOptional().describe('rsa where absent.'),
    keySize: z.int().min(256, keySizes).max(8192, keySizes).exactOptional().describe('Bits. rsa: 1024 to 8192, 2048 where absent. ecdsa: 384 or 521, and 256 where it is anything else. ed25519 has one size.'),
    comment: z
      .string()
      // a line of authorized_keys ends where the comment does: what follows would be another key, of somebody's choice
      .regex(/^\P{Cc}*$/u, 'must be one line without control characters')
      .exactOptional()
      .describe('What stands behind the public key, and within the private one.'),
  })
  .transform(({ keyType = '', keySize, comment = '' }, context) => {
    const type = keyType === '' ? 'rsa' : keyType;
    const size = keySize ?? undefined;
    if (type !== 'rsa' || size === undefined || size >= fewestRsaBits) return { type, size, comment };
    context.addIssue({ code: 'custom', path: ['keySize'], message: `must be at least ${fewestRsaBits} for a key of type rsa` });
    return z.NEVER;
  })
  .describe('A pair of SSH keys.');

export type SshKeySpec = z.output<typeof sshKeySpec>;

/** A pair of SSH keys, under the keys `privateKey` and `publicKey`. */
export const sshKeyGenerator: Generator<SshKeySpec> = {
  kind: 'SSHKey',
  schema: sshKeySpec,
  environment: [],
  isLocal: true,
  credentials: () => [],
  generate: async (spec) => {
    const pair = await makePair(spec);
    return {
      values: new Map([
        ['privateKey', SecretBytes.fromUtf8(privateKeyPem(pair, spec.comment))],
        ['publicKey', SecretBytes.fromUtf8(publicKeyLine(pair, spec.comment))],
      ]),
    };
  },
};

/** Off the event loop: a long RSA key takes seconds. */
const generate = promisify(generateKeyPair);

async function makePair({ type, size }: SshKeySpec): Promise<SshKeyPair> {
  switch (type) {
    case 'rsa':
      return rsaOf((await generate('rsa', { modulusLength: size ?? defaultRsaBits })).privateKey);
    case 'ecdsa': {
      const bits = size === 384 || size === 521 ? size : 256;
      return ecdsaOf(bits, (await generate('ec', { namedCurve: `P-${bits}` })).privateKey);
    }
    case 'ed25519': {
      const jwk = (await generate('ed25519')).privateKey.export({ format: 'jwk' });
      return ed25519Pair(part(jwk, 'x'), part(jwk, 'd'));
    }
  }
}

function rsaOf(key: KeyObject): SshKeyPair {
  const jwk = key.export({ format: 'jwk' });
  return rsaPair({
    modulus: part(jwk, 'n'),
    publicExponent: part(jwk, 'e'),
    privateExponent: part(jwk, 'd'),
    coefficient: part(jwk, 'qi'),
    primes: [part(jwk, 'p'), part(jwk, 'q')],
  });
}

function ecdsaOf(bits: number, key: KeyObject): SshKeyPair {
  const jwk = key.export({ format: 'jwk' });
  // 4: both coordinates follow, each as long as the curve's numbers
  const point = Buffer.concat([Buffer.of(4), part(jwk, 'x'), part(jwk, 'y')]);
  return ecdsaPair(`nistp${bits}`, point, part(jwk, 'd'));
}

/** A part of a key that Node has just exported, so that it is there. */
function part(jwk: JsonWebKey, name: 'n' | 'e' | 'd' | 'p' | 'q' | 'qi' | 'x' | 'y'): Buffer {
  return Buffer.from(jwk[name] ?? '', 'base64url');
}
