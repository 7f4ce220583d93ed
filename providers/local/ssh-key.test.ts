import { execFileSync } from 'node:child_process';
import { createECDH, createPublicKey, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOpenSshKey } from '../../test/support/open-ssh-key.ts';
import { runGenerator, specProblem } from '../../test/support/run-generator.ts';
import { ecdsaPair, ed25519Pair, privateKeyPem, publicKeyLine, rsaPair } from './open-ssh-key.ts';
import { sshKeyGenerator } from './ssh-key.ts';
import { sshNumber } from './ssh-wire.ts';

interface KeyFiles {
  readonly privateKey: string;
  readonly publicKey: string;
}

async function generate(spec: unknown): Promise<KeyFiles> {
  const { privateKey = '', publicKey = '', ...others } = await runGenerator(sshKeyGenerator, spec);
  expect(others).toEqual({});
  return { privateKey, publicKey };
}

/** Algorithm and key of a line of authorized_keys, as OpenSSH itself makes it of the private key; as our own reader does where there is none. */
function derivedPublicKey({ privateKey }: KeyFiles): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-key-'));
  try {
    const file = join(folder, 'key');
    writeFileSync(file, privateKey, { mode: 0o600 });
    return execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const { publicBlob, comment } = readOpenSshKey(privateKey);
    return [Buffer.from(publicBlob, 'base64').subarray(4).toString('latin1').replace(/\0.*$/s, ''), publicBlob, ...(comment === '' ? [] : [comment])].join(' ');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('an SSHKey', () => {
  it.each([
    [{}, 'ssh-rsa', { modulusLength: 2048, publicExponent: 65_537n }],
    [{ keyType: 'rsa', keySize: 3072 }, 'ssh-rsa', { modulusLength: 3072, publicExponent: 65_537n }],
    [{ keyType: 'ecdsa' }, 'ecdsa-sha2-nistp256', { namedCurve: 'prime256v1' }],
    [{ keyType: 'ecdsa', keySize: 384 }, 'ecdsa-sha2-nistp384', { namedCurve: 'secp384r1' }],
    [{ keyType: 'ecdsa', keySize: 521 }, 'ecdsa-sha2-nistp521', { namedCurve: 'secp521r1' }],
    // upstream takes it so
    [{ keyType: 'ecdsa', keySize: 2048 }, 'ecdsa-sha2-nistp256', { namedCurve: 'prime256v1' }],
    [{ keyType: 'ed25519' }, 'ssh-ed25519', {}],
  ])('of %j is what OpenSSH takes it for, and signs what its public key verifies', async (spec, algorithm, details) => {
    const files = await generate(spec);
    const { privateKey, publicBlob } = readOpenSshKey(files.privateKey);

    expect(files.publicKey).toBe(`${algorithm} ${publicBlob}\n`);
    expect(derivedPublicKey(files)).toBe(files.publicKey.trimEnd());
    expect(privateKey.asymmetricKeyDetails).toMatchObject(details);
    const message = Buffer.from('message');
    const hash = algorithm === 'ssh-ed25519' ? null : 'sha256';
    expect(verify(hash, message, createPublicKey(privateKey), sign(hash, message, privateKey))).toBe(true);
  });

  it('carries its comment in both files', async () => {
    const files = await generate({ keyType: 'ed25519', comment: 'deploy@devnet ß' });

    expect(files.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+ deploy@devnet ß\n$/);
    expect(readOpenSshKey(files.privateKey).comment).toBe('deploy@devnet ß');
    expect(derivedPublicKey(files)).toBe(files.publicKey.trimEnd());
  });

  it('is another one each time', async () => {
    expect((await generate({ keyType: 'ed25519' })).publicKey).not.toBe((await generate({ keyType: 'ed25519' })).publicKey);
  });

  it.each([
    [{ keyType: 'dsa' }, 'keyType: must be one of "rsa", "ecdsa", "ed25519", ""'],
    [{ keySize: 512 }, 'keySize: must be at least 1024 for a key of type rsa'],
    [{ keySize: 16_384 }, 'keySize: must be from 256 to 8192'],
    [{ comment: 'me\nssh-rsa AAAA attacker' }, 'comment: must be one line without control characters'],
    [{ comment: 'me\u0000' }, 'comment: must be one line without control characters'],
    [{ keytype: 'rsa' }, 'keytype: unknown field'],
  ])('that cannot be made says why: %j', (spec, problem) => {
    expect(specProblem(sshKeyGenerator, spec)).toBe(problem);
  });
});

describe('the format', () => {
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

  it('writes numbers as short as can be, and never as negative ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (number) => {
        const written = sshNumber(number);
        const content = written.subarray(4);
        expect(written.readUInt32BE()).toBe(content.length);
        expect(Buffer.concat([Buffer.of(0), content]).toString('hex').replace(/^(00)+/, '')).toBe(Buffer.from(number).toString('hex').replace(/^(00)+/, ''));
        expect((content[0] ?? 0) < 0x80).toBe(true);
        expect(content[0] === 0 && (content[1] ?? 0) < 0x80).toBe(false);
      }),
    );
  });

  it('writes ed25519 keys of any seed with any comment so that they read back', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), fc.string({ unit: 'grapheme', maxLength: 40 }), (publicKey, seed, comment) => {
        const pair = ed25519Pair(publicKey, seed);
        const read = readOpenSshKey(privateKeyPem(pair, comment));
        expect(read.comment).toBe(comment);
        expect(publicKeyLine(pair, '')).toBe(`ssh-ed25519 ${read.publicBlob}\n`);
        expect(Buffer.from(read.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')).toEqual(Buffer.from(seed));
      }),
    );
  });

  it('keeps parts that begin with zeros: one key in 256 has them', () => {
    const scalar = Buffer.concat([Buffer.alloc(3), Buffer.from([0x91, ...Array.from({ length: 28 }, (_unused, index) => index)])]);
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(scalar);
    const pair = ecdsaPair('nistp256', curve.getPublicKey(), scalar);
    const key = readOpenSshKey(privateKeyPem(pair, ''));

    expect(derivedPublicKey({ privateKey: privateKeyPem(pair, ''), publicKey: '' })).toBe(publicKeyLine(pair, '').trimEnd());
    expect(Buffer.from(key.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')).toEqual(scalar);
  });

  it('names the fields of an RSA key in the order of each file', () => {
    const one = (value: number): Uint8Array => Uint8Array.of(value);
    const pair = rsaPair({ modulus: one(33), publicExponent: one(3), privateExponent: one(7), coefficient: one(2), primes: [one(11), one(5)] });
    const field = (value: number): Buffer => Buffer.from([0, 0, 0, 1, value]);

    expect(pair.publicFields.map((bytes) => Buffer.from(bytes))).toEqual([3, 33].map(field));
    expect(pair.privateFields.map((bytes) => Buffer.from(bytes))).toEqual([33, 3, 7, 2, 11, 5].map(field));
  });
});
