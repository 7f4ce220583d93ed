import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { decodeCiphertext, parseCiphertext, sealValue } from './ciphertext.ts';
import { KeyRing } from './key-ring.ts';
import { labelOf, scopes } from './scope.ts';
import { fingerprintOf, type SealingKey } from './sealing-key.ts';

function key(modulusLength = 2048): SealingKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return { privateKey, certificate: { pem: '', fingerprint: fingerprintOf(publicKey), publicKey, modulusBytes: modulusLength / 8, notBefore: 0, notAfter: 0 } };
}

const [first, second] = [key(), key()];
const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const owner = fc.record({ scope: fc.constantFrom(...scopes), namespace: name, name });

function seal(value: Uint8Array, label: Uint8Array, { certificate }: SealingKey = first): Uint8Array {
  return sealValue(new SecretBytes(value), { key: certificate.publicKey, label, randomBytes });
}

async function open(bytes: Uint8Array, label: Uint8Array, ring = new KeyRing([second, first])): Promise<Uint8Array | undefined> {
  const ciphertext = parseCiphertext(bytes);
  return ciphertext === undefined ? undefined : (await ring.open(ciphertext, label))?.value.reveal();
}

describe('a sealed value', () => {
  it('comes back whole with its key and label, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), owner, async (value, whose) => {
        expect([...((await open(seal(value, labelOf(whose)), labelOf(whose))) ?? [256])]).toEqual([...value]);
      }),
      { numRuns: 50 },
    );
  });

  it('does not open under the label of any other owner', async () => {
    await fc.assert(
      fc.asyncProperty(owner, owner, async (whose, other) => {
        fc.pre(!labelOf(whose).equals(labelOf(other)));
        expect(await open(seal(Buffer.from('canary'), labelOf(whose)), labelOf(other))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('does not open once any of its bytes is another', async () => {
    const sealed = seal(Buffer.from('canary'), Buffer.alloc(0));
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ flip : byte));
        expect(await open(changed, Buffer.alloc(0))).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  it('is refused without an exception, whatever bytes or text it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        expect(await open(bytes, Buffer.alloc(0))).toBeUndefined();
      }),
      { numRuns: 200 },
    );
    fc.assert(fc.property(fc.string(), (text) => void decodeCiphertext(text)));
    expect([decodeCiphertext('AgA'), decodeCiphertext('?'), decodeCiphertext('')]).toEqual([undefined, undefined, undefined]);
  });
});

describe('a key ring', () => {
  it('finds the key of a ciphertext once, and needs one operation from then on', async () => {
    const ring = new KeyRing([second, first]);
    const sealed = seal(Buffer.from('v'), Buffer.from('a/b'));
    await open(sealed, Buffer.from('a/b'), ring);
    expect(ring.operations).toBe(2);
    await open(sealed, Buffer.from('a/b'), ring);
    expect(ring.operations).toBe(3);
  });

  it('tries the key that opened its neighbour first, then the one that seals, then those that have opened most', async () => {
    const [sealing, rare, usual] = [key(), first, second];
    const ring = new KeyRing([sealing, rare, usual]);
    const cost = async ({ certificate }: SealingKey, likely?: string): Promise<number> => {
      const before = ring.operations;
      const ciphertext = parseCiphertext(sealValue(new SecretBytes(Buffer.from('x')), { key: certificate.publicKey, label: Buffer.from('a/b'), randomBytes }));
      expect(ciphertext === undefined ? undefined : (await ring.open(ciphertext, Buffer.from('a/b'), likely))?.fingerprint).toBe(certificate.fingerprint);
      return ring.operations - before;
    };
    expect(await cost(usual)).toBe(3);
    expect([await cost(usual), await cost(sealing), await cost(rare)]).toEqual([2, 1, 3]);
    expect(await cost(rare, rare.certificate.fingerprint)).toBe(1);
  });

  it('does not try keys of another length', async () => {
    const ring = new KeyRing([key(3072), first]);
    await open(seal(Buffer.from('v'), Buffer.from('a/b')), Buffer.from('a/b'), ring);
    expect(ring.operations).toBe(1);
  });
});
