import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DerReader, explicitTag, tags } from '../template/crypto/der.ts';
import { generateSealingKey } from './generate-key.ts';
import { SealError } from './seal-error.ts';
import { readSealingKey } from './sealing-key.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 26, 12, 0, 0, 750);
const options = { bits: 2048, validFor: 3650 * day, commonName: '', now, randomBytes };

async function generated(changes: Partial<typeof options> = {}): Promise<{ readonly certificate: X509Certificate; readonly certificatePem: string; readonly keyPem: string }> {
  const { certificatePem, keyPem } = await generateSealingKey({ ...options, ...changes });
  return { certificate: new X509Certificate(certificatePem), certificatePem, keyPem: Buffer.from(keyPem.reveal()).toString() };
}

/** The extensions as `oid critical value-in-hex`. */
function extensionsOf(certificate: X509Certificate): readonly string[] {
  const body = new DerReader(certificate.raw).sequence().sequence();
  for (let tag = body.tag; tag !== undefined && tag !== explicitTag(3); tag = body.tag) body.next();
  const all = new DerReader(body.take(explicitTag(3))).sequence();
  const found: string[] = [];
  while (!all.isEmpty) {
    const one = all.sequence();
    found.push(`${one.objectIdentifier()} ${one.tag === tags.boolean && one.boolean() ? 'critical' : 'optional'} ${one.octets().toString('hex')}`);
  }
  return found;
}

describe('a new sealing key', () => {
  it('has a certificate that says what those of Sealed Secrets say', async () => {
    const { certificate } = await generated();
    const info = new DerReader(certificate.publicKey.export({ type: 'spki', format: 'der' })).sequence();
    info.next();
    const keyId = createHash('sha256').update(info.bits()).digest('hex').slice(0, 40);
    expect(extensionsOf(certificate)).toEqual(['2.5.29.15 critical 03020001', '2.5.29.19 critical 30030101ff', `2.5.29.14 optional 0414${keyId}`]);
    // the way Node says that a name has no parts
    expect([certificate.subject, certificate.issuer]).toEqual([undefined, undefined]);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('is good from now on, for as long as was asked', async () => {
    const { certificate } = await generated({ validFor: 30 * 365 * day });
    expect(certificate.validFromDate.toISOString()).toBe('2026-11-26T12:00:00.000Z');
    // a year after 2049 is written in the other form of time
    expect(certificate.validToDate.toISOString()).toBe('2056-11-18T12:00:00.000Z');
  });

  it('is read back as one that belongs together, in PKCS#1', async () => {
    const { certificatePem, keyPem } = await generated({ commonName: 'cluster ä' });
    expect(keyPem.startsWith('-----BEGIN RSA PRIVATE KEY-----\n')).toBe(true);
    const { certificate } = readSealingKey(certificatePem, keyPem, 'the key');
    expect(certificate.modulusBytes).toBe(256);
    expect(new X509Certificate(certificatePem).subject).toBe('CN=cluster ä');
  });

  it('has a serial number of its own', async () => {
    const { certificate } = await generated({ randomBytes: () => Buffer.alloc(16, 0xfe) });
    expect(certificate.serialNumber.toLowerCase()).toBe('fe'.repeat(16));
  });

  it.each([
    ['bits', { bits: 1024 }],
    ['bits', { bits: 2048.5 }],
    ['end after it begins', { validFor: 0 }],
    ['year 10000', { validFor: 9_000 * 365 * day }],
  ])('is refused for what no key can have: %s', async (problem, changes) => {
    await expect(generateSealingKey({ ...options, ...changes })).rejects.toThrow(SealError);
    await expect(generateSealingKey({ ...options, ...changes })).rejects.toThrow(problem);
  });
});
