import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseYaml } from '../../src/lib/yaml.ts';
import { openSops } from '../../src/seal/sops/open-sops.ts';
import { openWithAge, wrapForAge } from '../../src/seal/sops/keys/age-key.ts';
import { openDataKey } from '../../src/seal/sops/data-key.ts';
import { readKeyBundle } from '../../src/seal/sops/keys/key-bundle.ts';
import { createOpenKey } from '../../src/seal/sops/keys/open-key.ts';
import { revealFile } from '../../src/seal/sops/plain-data.ts';
import { readSops, type SopsFormat } from '../../src/seal/sops/read-sops.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { runCli } from '../support/cli-process.ts';
import { type AgePair, agePair, decryptFile, encryptFile, type KeySecret } from '../support/sops-files.ts';
import { createPgpPair, createSopsProgram, hasGpg, type SopsProgram } from '../support/sops-program.ts';
import { type SopsServices, startSopsServices } from '../support/sops-services.ts';

const secret = `# for the faucet
apiVersion: v1
kind: Secret
metadata:
    name: faucet # its name
    namespace: devnet
    annotations: {"n": "1", date: 2001-12-14}
stringData:
    # rotated in May
    token: hunter2-canary
    empty: ""
    nothing: null
    lines: |
        one
        two
    "yes": "yes"
    unicode: "é😀\\u2028"
`;

/** Values of every type that go-yaml knows, in every place. */
const typed = `octal: 0777
o: 0o17
hex: 0x1F
under: 1_000
float: 1.50
exp: 1e3
small: 1e-7
max: 9223372036854775807
t: true
T: True
y: yes
off: off
date: 2001-12-14
time: 2001-12-14t21:59:43.10-05:00
spaced: 2001-12-14 21:59:43.10
nan: .nan
inf: -.inf
version: 1.2.3
tagged: !!str 12
nul: ~
zero: 08
list: [1, two, {a: 1, b: [x, y]}, [], {}, null]
`;

let sops: SopsProgram;
let key: AgePair;
let hybrid: AgePair;
let services: SopsServices;

beforeAll(async () => {
  sops = createSopsProgram(inject('parts').sops);
  [key, hybrid, services] = await Promise.all([agePair(), agePair('hybrid'), startSopsServices()]);
  writeFileSync(join(sops.folder, 'keys.txt'), `${key.identity}\n${hybrid.identity}\n`, { mode: 0o600 });
  sops.set('SOPS_AGE_KEY_FILE', join(sops.folder, 'keys.txt'));
});
afterAll(async () => {
  sops.remove();
  await services[Symbol.asyncDispose]();
});

const plain = (text: string): readonly unknown[] => parseYaml(text).map(({ value }) => value);
const both = (): KeySecret => ({ 'a.agekey': key.identity, 'b.agekey': hybrid.identity });

/** A file opened as bytes: binary and dotenv. */
async function openBytes(content: Uint8Array, format: Extract<SopsFormat, 'binary' | 'dotenv'>): Promise<Buffer> {
  const file = readSops(content, format);
  const open = createOpenKey(readKeyBundle(new Map([['a.agekey', SecretBytes.fromUtf8(key.identity)]])), { now: Date.now, memoryFolder: '/dev/shm' });
  const [document] = openSops(file, await openDataKey(file.metadata, open, AbortSignal.timeout(10_000)));
  if (document === undefined) throw new Error('a file has a document');
  return Buffer.from(revealFile(document.root, format));
}

describe('files of the real SOPS', () => {
  it.each([
    ['all values', {}],
    ['those of a Secret', { encrypted_regex: '^(data|stringData)$' }],
    ['those that a regular expression leaves', { unencrypted_regex: '^(metadata|kind)$' }],
    ['those with a suffix', { encrypted_suffix: 'Data' }],
    ['those without a suffix', { unencrypted_suffix: 'data' }],
    ['those after a comment', { encrypted_comment_regex: 'May|faucet' }],
    ['those not after a comment', { unencrypted_comment_regex: 'May' }],
    ['those that are encrypted in the MAC alone', { encrypted_regex: 'Data$', mac_only_encrypted: true }],
  ])('open, with a MAC that fits: %s', async (_, rules) => {
    const file = await sops.encrypt('a.yaml', `${secret}---\nkind: ConfigMap\ndata: {k: v}\n`, { ...rules, age: key.recipient });
    expect(await decryptFile(file, 'yaml', both())).toEqual(plain(`${secret.replace('2001-12-14', '"2001-12-14T00:00:00Z"')}---\nkind: ConfigMap\ndata: {k: v}\n`));
  });

  it.each([['encrypted', {}], ['in clear', { encrypted_suffix: '_none', mac_only_encrypted: false }]])('have their MAC over values of every type, %s', async (_, rules) => {
    const file = await sops.encrypt('typed.yaml', `${typed}secret_none: x\n`, { ...rules, age: key.recipient });
    // such a number has no place in an object; that it comes to that says that the MAC fits
    await expect(decryptFile(file, 'yaml', both())).rejects.toThrow('max: is a number that would not be kept exactly');
  });

  it.each([
    ['a post-quantum recipient', () => ({ age: hybrid.recipient }), () => ({ 'b.agekey': hybrid.identity })],
    ['two recipients, by the second', () => ({ age: `${key.recipient},${hybrid.recipient}` }), () => ({ 'b.agekey': hybrid.identity })],
    ['parts of three groups, two of them enough', () => ({ shamir_threshold: 2, key_groups: [{ age: [key.recipient] }, { age: [hybrid.recipient] }, { age: [key.recipient] }] }), () => ({ 'a.agekey': key.identity })],
    ['parts of two groups', () => ({ key_groups: [{ age: [key.recipient] }, { age: [hybrid.recipient] }] }), both],
  ])('open for %s', async (_, rules, keys) => {
    const file = await sops.encrypt('b.yaml', secret, { ...rules(), encrypted_regex: 'Data$' });
    expect(await decryptFile(file, 'yaml', keys())).toHaveLength(1);
  });

  it('do not open with too few parts', async () => {
    const file = await sops.encrypt('b.yaml', secret, { shamir_threshold: 2, key_groups: [{ age: [key.recipient] }, { age: [hybrid.recipient] }] });
    await expect(decryptFile(file, 'yaml', { 'a.agekey': key.identity })).rejects.toThrow('(1 of the 2 parts that it takes)');
  });

  it('open in JSON, with numbers as Go reads them', async () => {
    const value = { a: 1, f: 1.5, e: 1e3, b: true, n: null, s: 'é😀/\u2028', l: [1, '2', { z: '', q: [] }], o: {}, big: 9007199254740991 };
    for (const rules of [{}, { unencrypted_regex: '.' }]) expect(await decryptFile(await sops.encrypt('a.json', JSON.stringify(value), { ...rules, age: key.recipient }), 'json', both())).toEqual([value]);
  });

  it('open as dotenv and as bytes, and are what they were', async () => {
    const env = 'A=1\nB=two words\nC=multi\\nline\nEMPTY=\nQ="quoted"\n';
    expect((await openBytes(await sops.encrypt('a.env', `# comment\n${env}`, { age: key.recipient }), 'dotenv')).toString()).toBe(env);
    for (const content of [Buffer.from('text\n'), Buffer.from([0x7b, 0x0a, 0xc3, 0xa9])]) expect(await openBytes(await sops.encrypt('a.bin', content, { age: key.recipient }), 'binary')).toEqual(content);
  });

  it('are refused as ini, by name', async () => {
    const file = await sops.encrypt('a.ini', '[a]\nb=1\n', { age: key.recipient });
    expect(() => readSops(file, 'ini')).toThrow('files in the format ini are not supported');
  });
});

describe('files of the real SOPS that were changed', () => {
  it.each([
    ['a value in clear', /name: faucet/, 'name: stolen'],
    ['a ciphertext under another name', /token: /, 'tok: '],
    ['a line removed', / {4}empty: ""\n {4}nothing: null\n {4}lines: .*\n/, ''],
    ['the time', /lastmodified: "\d/, 'lastmodified: "3'],
    ['the rule', /Data\$/, 'Nothing'],
  ])('do not open here, nor there: %s', async (_, from, to) => {
    const file = (await sops.encrypt('a.yaml', secret, { encrypted_regex: 'Data$', age: key.recipient })).toString('utf8');
    const changed = file.replace(from, to);
    expect(changed).not.toBe(file);
    await expect(sops.decrypt('changed.yaml', changed)).rejects.toThrow('sops decrypt failed');
    await expect(decryptFile(changed, 'yaml', both())).rejects.toThrow(/does not decrypt|MAC does not fit/);
  });
});

describe('our files', () => {
  it.each([['of a Secret', secret, undefined], ['of every type', `${typed}data: {a: b}\n`, '^data$'], ['of every type, all encrypted', typed, '.'], ['of several documents', `${secret}---\n# second\nkind: Secret\ndata:\n  k: dg==\n`, undefined]])('are read by the real SOPS: %s', async (_, text, regex) => {
    const file = await encryptFile(text, [key.recipient, hybrid.recipient], regex);
    // both as SOPS prints them
    const [ours, theirs] = [(await sops.decrypt('ours.yaml', file)).toString('utf8'), (await sops.decrypt('theirs.yaml', await sops.encrypt('theirs.yaml', text, { age: key.recipient }))).toString('utf8')];
    const bare = (file: string): string => file.replaceAll(/^ *#.*\n| #.*$/gm, '');
    expect(bare(ours)).toEqual(bare(theirs));
    for (const comment of text.match(/# .*/g) ?? []) expect(ours).toContain(comment);
  });

  it('are written by `prelude seal --sops`, where each is or on standard output, and read back by the real SOPS', async () => {
    const recipients = ['--age', key.recipient, '--age', hybrid.recipient];
    const second = secret.replace('name: faucet', 'name: second').replace('hunter2', 'hunter3');
    for (const [name, text] of [['one.yaml', secret], ['two.yaml', second]] as const) writeFileSync(join(sops.folder, name), text);
    const run = (...args: readonly string[]): ReturnType<typeof runCli> => runCli(['seal', '--sops', ...args], { cwd: sops.folder });
    const values = async (file: string): Promise<unknown> => plain((await sops.decrypt('read-back.yaml', file)).toString('utf8'));

    const printed = await run(...recipients, 'one.yaml');
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    const inPlace = await run(...recipients, '--in-place', 'one.yaml', 'two.yaml');
    expect(inPlace).toMatchObject({ code: 0, stdout: '', stderr: '' });

    expect(await values(printed.stdout)).toMatchObject([{ metadata: { name: 'faucet' }, stringData: { token: 'hunter2-canary', lines: 'one\ntwo\n' } }]);
    for (const [name, text] of [['one.yaml', secret], ['two.yaml', second]] as const) {
      const file = readFileSync(join(sops.folder, name), 'utf8');
      expect(file).not.toContain('canary');
      expect(await values(file)).toEqual(await values((await sops.encrypt('theirs.yaml', text, { age: key.recipient, encrypted_regex: '^(data|stringData)$' })).toString('utf8')));
    }
    for (const args of [['one.yaml'], [...recipients, 'one.yaml', 'two.yaml'], [...recipients, 'one.yaml']]) {
      const refused = await run(...args);
      expect([refused.code, refused.stdout, refused.stderr.startsWith('prelude: ')]).toEqual([1, '', true]);
    }
  }, 120_000);

  it('are refused by the real SOPS once they were changed', async () => {
    const file = await encryptFile(secret, [key.recipient]);
    await expect(sops.decrypt('ours.yaml', file.replace('name: faucet', 'name: stolen'))).rejects.toThrow('MAC mismatch');
  });
});

describe('age files', () => {
  it('of the real age open, and ours are opened by it', async () => {
    const dataKey = randomBytes(32);
    const age = (args: readonly string[], input: string | Uint8Array): Buffer => execFileSync(inject('parts').age, args, { input, env: {} });
    for (const { identity, recipient } of [key, hybrid]) {
      const theirs = age(['--armor', '--recipient', recipient], dataKey).toString('utf8');
      const opened = await openWithAge({ enc: theirs, recipient }, [identity]);
      expect(opened.ok && Buffer.from(opened.part.reveal())).toEqual(dataKey);
      const ours = await wrapForAge(new SecretBytes(dataKey), recipient);
      expect(age(['--decrypt', '--identity', join(sops.folder, 'keys.txt')], ours)).toEqual(dataKey);
    }
  });
});

describe('keys of other kinds', () => {
  const regex = { encrypted_regex: 'Data$' };

  it('open from PGP, by gpg, whose home is gone afterwards; without gpg it says what to install', async () => {
    const message = readMessage();
    if (!hasGpg) {
      await expect(decryptFile(message, 'yaml', { 'a.asc': 'x' })).rejects.toThrow('install GnuPG');
      return;
    }
    const pair = createPgpPair();
    const other = createPgpPair();
    try {
      sops.set('GNUPGHOME', pair.home);
      const file = await sops.encrypt('a.yaml', secret, { ...regex, pgp: pair.fingerprint });
      expect(await decryptFile(file, 'yaml', { 'z.asc': pair.secretKey })).toHaveLength(1);
      await expect(decryptFile(file, 'yaml', { 'z.asc': other.secretKey })).rejects.toThrow('gpg cannot open it with the PGP keys at hand');
      await expect(decryptFile(file, 'yaml', { 'z.asc': pair.secretKey }, { memoryFolder: '/nonexistent' })).rejects.toThrow('gpg needs a folder in memory');
      expect(readdirSync('/dev/shm').filter((name) => name.startsWith('prelude-gpg-'))).toEqual([]);
    } finally {
      pair.remove();
      other.remove();
    }
  });

  /** Names a PGP key and holds no message. */
  function readMessage(): string {
    return `a: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops: {mac: x, lastmodified: "2026-01-01T00:00:00Z", pgp: [{fp: AB, enc: x}]}\n`;
  }

  it('open from AWS KMS, as the real SOPS asks it, with a context and through a role', async () => {
    const { arn, role, accessKeyId, secretAccessKey } = services.aws;
    for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL: services.url, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: 'eu-west-1' })) sops.set(name, value);
    const keys = { 'sops.aws-kms': `aws_access_key_id: ${accessKeyId}\naws_secret_access_key: ${secretAccessKey}\n`, 'sops.allow': `${arn}\n${role}` };
    for (const more of [{}, { context: { app: 'faucet' } }, { role }]) {
      const file = await sops.encrypt('a.yaml', secret, { ...regex, key_groups: [{ kms: [{ arn, ...more }] }] });
      await opensLikeSops(file, keys);
    }
  });

  it("open from Google's KMS, as the real SOPS asks it by REST", async () => {
    const { resource, account, token } = services.gcp;
    for (const [name, value] of Object.entries({ SOPS_GCP_KMS_CLIENT_TYPE: 'rest', SOPS_GCP_KMS_ENDPOINT: services.url, GOOGLE_OAUTH_ACCESS_TOKEN: token })) sops.set(name, value);
    const file = await sops.encrypt('a.yaml', secret, { ...regex, gcp_kms: resource });
    await opensLikeSops(file, { 'sops.gcp-kms': account, 'sops.allow': resource });
  });

  it('open from Azure Key Vault, as the real SOPS asks it, with a token of Entra ID', async () => {
    const { vault, application, environment } = services.azure;
    const authority = join(sops.folder, 'authority.pem');
    writeFileSync(authority, services.front.authority);
    for (const [name, value] of Object.entries({ ...environment, HTTPS_PROXY: services.front.url, SSL_CERT_FILE: authority })) sops.set(name, value);
    const file = await sops.encrypt('a.yaml', secret, { ...regex, azure_keyvault: `${vault}/keys/sops/abc123` });
    await opensLikeSops(file, { 'sops.azure-kv': application, 'sops.allow': vault });
  });

  it("open from Vault's transit engine, as the real SOPS asks it", async () => {
    sops.set('VAULT_TOKEN', services.vault.token);
    const file = await sops.encrypt('a.yaml', secret, { ...regex, hc_vault_transit_uri: `${services.url}${services.vault.path}` });
    const keys = { 'sops.vault-token': services.vault.token, 'sops.allow': services.url };
    await opensLikeSops(file, keys);
    await expect(decryptFile(file, 'yaml', { ...keys, 'sops.allow': '' }, { http: services.http })).rejects.toThrow('its vault_address is not in sops.allow');
  });

  /** Opened by us, by way of the same service, it is what the real program opens; changed, it is refused by both. */
  async function opensLikeSops(file: Buffer, keys: KeySecret): Promise<void> {
    const opened = await decryptFile(file, 'yaml', keys, { http: services.http });
    expect(opened).toEqual(plain((await sops.decrypt('theirs.yaml', file)).toString('utf8')));
    expect(opened).toMatchObject([{ stringData: { token: 'hunter2-canary' } }]);
    const changed = file.toString('utf8').replace('name: faucet', 'name: stolen');
    await expect(sops.decrypt('changed.yaml', changed)).rejects.toThrow('MAC mismatch');
    await expect(decryptFile(changed, 'yaml', keys, { http: services.http })).rejects.toThrow('MAC does not fit');
  }
});
