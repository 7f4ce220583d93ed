import { execFileSync } from 'node:child_process';
import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hashPassword } from '../../../src/template/crypto/bcrypt.ts';
import { fromText } from '../../../src/template/value/byte-string.ts';
import type { OracleData } from '../../support/template/corpus.ts';
import { certificates, keys } from '../../support/template/crypto-files.ts';
import { Oracle } from '../../support/template/oracle.ts';
import { ourAnswer } from '../../support/template/our-answer.ts';

let oracle: Oracle;
let folder: string;

beforeAll(() => {
  oracle = new Oracle(inject('parts').templateOracle);
  folder = mkdtempSync(join(tmpdir(), 'prelude-crypto-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await oracle[Symbol.asyncDispose]();
});

/** What a template that answers something else each time answers: of Go and of ours. */
async function both(text: string, data: OracleData = null): Promise<{ readonly theirs: string; readonly ours: string }> {
  return { theirs: await go(text, data), ours: our(text, data) };
}

async function go(text: string, data: OracleData = null): Promise<string> {
  const [answer] = await oracle.ask([{ about: 'crypto', text, data }]);
  if (answer === undefined || !('output' in answer)) throw new Error(`Go refuses ${text}: ${answer?.error}`);
  return answer.output;
}

function our(text: string, data: OracleData = null): string {
  const answer = ourAnswer({ about: 'crypto', text, data });
  if (!('output' in answer)) throw new Error(`we refuse ${text}: ${answer.error}`);
  return answer.output;
}

function openssl(args: readonly string[], input: string | Buffer): string {
  return execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
}

/** A certificate as OpenSSL prints it, without what is random or depends on the time. */
function describeCertificate(pem: string): string {
  const text = openssl(['x509', '-noout', '-text', '-certopt', 'no_sigdump,no_pubkey,no_serial'], pem);
  return text.replaceAll(/(Not \w+ ?: ).*/g, '$1').replaceAll(/(?:[0-9A-F]{2}:){5,}[0-9A-F]{2}/g, 'identifier');
}

/** The elements of some DER, without what the strings hold. */
function describeDer(base64: string): string {
  return openssl(['asn1parse', '-inform', 'DER'], Buffer.from(base64, 'base64')).replaceAll(/\[HEX DUMP\].*/g, '');
}

describe('keys', () => {
  it.each(['', 'rsa', 'dsa', 'ecdsa', 'ed25519'])('of kind %j have the form of Go’s', async (kind) => {
    const { theirs, ours } = await both(`{{ genPrivateKey "${kind}" }}`);

    const [theirType, ourType] = [theirs, ours].map((pem) => pem.split('\n', 1)[0]);
    expect(ourType).toBe(theirType);
    const [theirSize, ourSize] = [theirs, ours].map((pem) => openssl(['pkey', '-noout', '-text'], pem).split('\n', 1)[0]);
    expect(ourSize).toBe(theirSize);
  });

  it.each(['rsa', 'ecdsa', 'ed25519'])('of kind %s that we make are those that Go reads', async (kind) => {
    const key = our(`{{ genPrivateKey "${kind}" }}`);

    expect(await go('{{ (genCAWithKey "x" 1 .).Key }}', key)).toBe(key);
  });
});

const names = '(list "192.0.2.1" "::1" "::ffff:192.0.2.2") (list "a.example" "*.example")';
const certificateTemplates = [
  'genCA "my ca" 365',
  'genCA "" -1',
  'genCA "über" 100000',
  `genSelfSignedCert "name" ${names} 1`,
  `genSelfSignedCert "" ${names} 1`,
  'genSelfSignedCert "*_" nil nil 1',
];
const signedTemplates = [`genSignedCert "name" ${names} 1 $ca`, `genSignedCertWithKey "my ca" nil nil 1 $ca .`, `genSignedCertWithKey "name" nil (list "a.example") 20000 $ca .`];

describe('certificates', () => {
  it.each(certificateTemplates)('of %s say what Go’s say', async (call) => {
    const { theirs, ours } = await both(`{{ (${call}).Cert }}`);

    expect(describeCertificate(ours)).toBe(describeCertificate(theirs));
  });

  it.each(['genCA "my ca" 365', 'genCAWithKey "my ca" 365 (genPrivateKey "ecdsa")', 'genCAWithKey "my ca" 365 (genPrivateKey "ed25519")', 'genCAWithKey "my ca" 365 .'])(
    'signed by %s say what Go’s say, and can be verified',
    async (authority) => {
      for (const call of signedTemplates) {
        const { theirs, ours } = await both(`{{ $ca := ${authority} }}{{ $ca.Cert }}@{{ (${call}).Cert }}`, keys.rsaPkcs8);
        const [ourAuthority = '', ourLeaf = ''] = ours.split('@');

        expect(describeCertificate(ourLeaf)).toBe(describeCertificate(theirs.split('@')[1] ?? ''));
        writeFileSync(join(folder, 'ca.pem'), ourAuthority);
        // the name of the one that is called as its authority is would make it its own
        if (!call.includes('"my ca"')) expect(openssl(['verify', '-CAfile', join(folder, 'ca.pem')], ourLeaf)).toContain('OK');
      }
    },
  );

  it('that we make can sign in Go, and those of Go with us', async () => {
    const make = '{{ with genCAWithKey "ca" 1 (genPrivateKey "ecdsa") }}{{ .Cert }}@{{ .Key }}{{ end }}';
    const use = '{{ (genSignedCert "name" nil nil 1 (buildCustomCert (b64enc (index . 0)) (b64enc (index . 1)))).Cert }}';
    const { theirs, ours } = await both(make);

    expect(await go(use, ours.split('@'))).toContain('BEGIN CERTIFICATE');
    expect(our(use, theirs.split('@'))).toContain('BEGIN CERTIFICATE');
  });

  it('that sprig makes are no chain, because they lack key identifiers', async () => {
    const made = our('{{ $ca := genCA "ca" 1 }}{{ $leaf := genSignedCert "leaf" nil (list "leaf.example") 1 $ca }}{{ $ca.Cert }}{{ $leaf.Cert }}');
    const cases = ['leaf', 'intermediate', 'root'].map((kind) => ({ about: 'filterCertChain', text: `{{ filterCertChain "${kind}" . }}`, data: made }));

    expect(cases.map((one) => ourAnswer(one))).toEqual(await oracle.ask(cases));
  });
});

const stores = ['pemToPkcs12Pass .certs .key .password', 'fullPemToPkcs12Pass .certs .key .password', 'pemTruststoreToPKCS12Pass .certs .password'];
const chain = certificates.leaf + certificates.intermediate + certificates.root;
const storeData: readonly (readonly [password: string, certs: string, key: string])[] = [
  ['', chain, keys.leaf],
  ['pä€', chain, keys.leafPkcs8],
  ['1234', certificates.rsa, keys.rsa],
  ['1234', certificates.other, keys.edwards],
];

describe('PKCS#12 files', () => {
  it.each(stores)('of %s have the form of Go’s, and OpenSSL finds the same in them', async (call) => {
    for (const [password, certs, key] of storeData) {
      const { theirs, ours } = await both(`{{ ${call} }}`, { password, certs, key });

      expect(describeDer(ours)).toBe(describeDer(theirs));
      const [inTheirs, inOurs] = [theirs, ours].map((file) => openssl(['pkcs12', '-info', '-nodes', '-passin', `pass:${password}`], Buffer.from(file, 'base64')));
      expect(inOurs).toBe(inTheirs);
    }
  });

  it.each(stores.slice(0, 2))('of %s are read by Go, and Go’s by us', async (call) => {
    const read = '{{ pkcs12keyPass .password (b64dec .file) }}{{ pkcs12certPass .password (b64dec .file) }}';
    for (const [password, certs, key] of storeData) {
      const { theirs, ours } = await both(`{{ ${call} }}`, { password, certs, key });

      const found = await go(read, { password, file: ours });
      expect(our(read, { password, file: ours })).toBe(found);
      expect(our(read, { password, file: theirs })).toBe(found);
    }
  });

  it.each([
    '',
    '-legacy',
    '-legacy -descert',
    '-legacy -keypbe PBE-SHA1-RC2-40 -certpbe PBE-SHA1-RC2-128 -macalg sha1',
    '-keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha512 -iter 10000',
    '-keypbe NONE -certpbe NONE',
    '-nomac',
    '-name name -caname other',
  ])('that OpenSSL makes with %j are read as Go reads them', async (options) => {
    writeFileSync(join(folder, 'certs.pem'), certificates.leaf + certificates.root + certificates.intermediate);
    writeFileSync(join(folder, 'key.pem'), keys.leaf);
    for (const password of ['', '1234', 'pä€']) {
      const file = join(folder, 'store.p12');
      execFileSync('openssl', ['pkcs12', '-export', '-in', join(folder, 'certs.pem'), '-inkey', join(folder, 'key.pem'), '-passout', `pass:${password}`, '-out', file, ...options.split(' ').filter((option) => option !== '')]);
      const data = { password, file: { $bytes: readFileSync(file).toString('base64') } };
      for (const name of ['pkcs12keyPass', 'pkcs12certPass']) {
        const one = { about: name, text: `{{ ${name} .password .file }}`, data };
        const [answer] = await oracle.ask([one]);
        // some have no MAC, which Go forgives those that have no password
        if (answer !== undefined && 'output' in answer) expect(ourAnswer(one)).toEqual(answer);
        else expect(ourAnswer(one)).toHaveProperty('error');
      }
    }
  });
});

describe('passwords', () => {
  it.each(['', 'password', 'pä\u0000€', 'x'.repeat(72)])('are hashed as Go hashes %j', async (password) => {
    const hash = await go('{{ bcrypt . }}', password);

    expect(hashPassword(fromText(password), saltOf(hash), 10)).toBe(hash);
    expect(our('{{ bcrypt . }}', password)).toHaveLength(hash.length);
  });

  it('encrypt what Go decrypts, and the reverse', async () => {
    for (const size of [1, 15, 16, 17, 1000]) {
      const data = { password: 'pä', text: 'x'.repeat(size) };
      const { theirs, ours } = await both('{{ encryptAES .password .text }}', data);

      expect(await go('{{ decryptAES .password .made }}', { ...data, made: ours })).toBe(data.text);
      expect(our('{{ decryptAES .password .made }}', { ...data, made: theirs })).toBe(data.text);
      expect(ours).toHaveLength(theirs.length);
    }
  });
});

/** The 16 bytes after `$2a$10$`, in bcrypt's own base64. */
function saltOf(hash: string): Buffer {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return Buffer.from(Array.from(hash.slice(7, 29), (char) => standard.charAt(alphabet.indexOf(char))).join(''), 'base64');
}

describe('rsaDecrypt', () => {
  it.each([
    ['SHA1', 'sha1'],
    ['SHA256', 'sha256'],
    ['SHA512', 'sha512'],
    ['None', 'sha256'],
  ])('decrypts with %s what was encrypted for the key', async (name, oaepHash) => {
    const key = our('{{ (genCA "x" 1).Key }}');
    const options = { key: createPublicKey(key), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
    for (const plain of ['', 'x', 'ü'.repeat(30)]) {
      const encrypted = publicEncrypt(options, Buffer.from(plain)).toString('base64');
      const { theirs, ours } = await both(`{{ rsaDecrypt "RSA-OAEP" "${name}" .text .key }}`, { text: { $bytes: encrypted }, key });

      expect(Buffer.from(ours, 'latin1').toString()).toBe(plain);
      expect(ours).toBe(theirs);
    }
  });
});
