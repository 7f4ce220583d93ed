import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../test/support/certificate.ts';
import { type SopsServices, startSopsServices } from '../../../../test/support/sops-services.ts';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import type { SopsKey } from '../metadata.ts';
import { readAllowList } from './allow-list.ts';
import { readKeyBundle } from './key-bundle.ts';
import { createOpenKey } from './open-key.ts';
import { signAws } from './sign-aws.ts';

const dataKey = randomBytes(32);
let services: SopsServices;

beforeAll(async () => {
  services = await startSopsServices();
});
afterAll(() => services[Symbol.asyncDispose]());

const bundle = (secret: Readonly<Record<string, string>>): ReturnType<typeof readKeyBundle> => readKeyBundle(new Map(Object.entries(secret).map(([name, text]) => [name, SecretBytes.fromUtf8(text)])));

async function open(key: SopsKey, secret: Readonly<Record<string, string>>): Promise<string> {
  const answer = await createOpenKey(bundle(secret), { http: services.http, now: Date.now, memoryFolder: '/dev/shm' })(key, AbortSignal.timeout(10_000));
  if (!answer.ok) return `${answer.transient === true ? 'later: ' : ''}${answer.reason}`;
  return Buffer.from(answer.part.reveal()).equals(dataKey) ? 'opened' : 'something else';
}

interface Case {
  readonly key: SopsKey;
  readonly secret: Readonly<Record<string, string>>;
  /** The line of sops.allow without which nothing is asked. */
  readonly allow: string;
}

/** What each type needs to open the data key. */
async function cases(): Promise<Readonly<Record<string, Case>>> {
  const { aws, gcp, azure, vault } = services;
  const keys = `aws_access_key_id: ${aws.accessKeyId}\naws_secret_access_key: ${aws.secretAccessKey}\n`;
  const kms = async (more: { readonly role?: string; readonly context?: Record<string, string> }): Promise<SopsKey> => ({ type: 'kms', arn: aws.arn, role: '', context: {}, ...more, enc: await wrapByKms(more.context) });
  return {
    'AWS KMS': { key: await kms({}), secret: { 'sops.aws-kms': keys }, allow: aws.arn },
    'AWS KMS with a context': { key: await kms({ context: { app: 'faucet' } }), secret: { 'sops.aws-kms': keys }, allow: 'arn:aws:kms:eu-west-1:111122223333:key/*' },
    'AWS KMS through a role': { key: await kms({ role: aws.role }), secret: { 'sops.aws-kms': keys }, allow: `${aws.arn}\n${aws.role}` },
    'GCP KMS': { key: { type: 'gcp_kms', resource: gcp.resource, enc: gcp.encrypt(dataKey) }, secret: { 'sops.gcp-kms': gcp.account }, allow: 'projects/testnet/*' },
    'Azure Key Vault': { key: azureKey(), secret: { 'sops.azure-kv': azure.application }, allow: azure.vault },
    'Vault transit': { key: vaultKey('https://vault.example.com:8200/'), secret: { 'sops.vault-token': `${vault.token}\n` }, allow: '# ours\nhttps://vault.example.com:8200' },
  };
}

const azureKey = (vaultUrl = services.azure.vault): SopsKey => ({ type: 'azure_kv', vaultUrl, name: 'sops', version: 'abc123', enc: services.azure.encrypt(dataKey) });
const vaultKey = (address: string, more: { readonly enginePath?: string; readonly keyName?: string } = {}): SopsKey => ({ type: 'hc_vault', address, enginePath: 'sops', keyName: 'first', ...more, enc: services.vault.encrypt(dataKey) });

async function wrapByKms(context: Readonly<Record<string, string>> = {}): Promise<string> {
  const { arn, accessKeyId, secretAccessKey } = services.aws;
  const url = 'https://kms.eu-west-1.amazonaws.com';
  const body = JSON.stringify({ KeyId: arn, Plaintext: dataKey.toString('base64'), EncryptionContext: context });
  const headers = signAws({ service: 'kms', region: 'eu-west-1', url, body, now: Date.now(), headers: { 'x-amz-target': 'TrentService.Encrypt' } }, { accessKeyId, secretAccessKey: SecretBytes.fromUtf8(secretAccessKey) });
  const answer = await services.http({ method: 'POST', url: `${url}/`, headers, body }, AbortSignal.timeout(10_000));
  return /"CiphertextBlob":"([^"]+)"/.exec(Buffer.from(answer.body).toString('utf8'))?.[1] ?? '';
}

describe('key services', () => {
  it('open a data key for who is allowed to ask them', async () => {
    for (const [name, { key, secret, allow }] of Object.entries(await cases())) expect([name, await open(key, { ...secret, 'sops.allow': allow })]).toEqual([name, 'opened']);
  });

  it('are not asked where the file names what sops.allow does not, with or without credentials', async () => {
    const before = services.asked.length;
    const tried = Object.entries(await cases());
    const asked = services.asked.length - before;
    for (const [, { key, secret, allow }] of tried) {
      for (const given of ['', `${allow.replaceAll(/[^\n]/g, '')}https://vault.example.org\narn:aws:kms:eu-west-1:999999999999:key/*\nprojects/other/*`]) expect(await open(key, { ...secret, 'sops.allow': given })).toContain('not in sops.allow');
      expect(await open(key, { 'sops.allow': allow })).toContain('at hand');
    }
    expect(services.asked.length - before).toBe(asked);
  });

  it('do not open with credentials of somebody else, and nothing of their answer is told', async () => {
    const { aws, gcp, azure } = services;
    const all = await cases();
    const wrong: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      'AWS KMS': { 'sops.aws-kms': `aws_access_key_id: ${aws.accessKeyId}\naws_secret_access_key: wrong-canary\n` },
      'GCP KMS': { 'sops.gcp-kms': gcp.account.replace('sops@', 'other@') },
      'Azure Key Vault': { 'sops.azure-kv': azure.application.replace('a~secret', 'canary') },
      'Vault transit': { 'sops.vault-token': 'canary' },
    };
    for (const [name, secret] of Object.entries(wrong)) {
      const one = all[name];
      if (one === undefined) throw new Error(name);
      const said = await open(one.key, { ...secret, 'sops.allow': one.allow });
      expect(said).toMatch(/refuses with HTTP 400/);
      expect(said).not.toContain('canary');
    }
  });

  it.each([
    [302, 'answers with a redirect, which is not followed'],
    [403, 'refuses with HTTP 403'],
    [429, 'later: '],
    [503, 'later: '],
    [200, 'answers with something that is no JSON'],
  ])('are believed in nothing but a good answer: HTTP %i', async (status, expected) => {
    const all = Object.values(await cases());
    services.answerAll = { status, location: 'http://169.254.169.254/' };
    try {
      for (const { key, secret, allow } of all) {
        const said = await open(key, { ...secret, 'sops.allow': allow });
        if (status !== 200 || key.type !== 'kms') expect(said).toContain(expected);
        expect(said).not.toContain('canary-of-the-answer');
      }
    } finally {
      services.answerAll = undefined;
    }
  });

  it('take what a file names only in the form that it has', async () => {
    const { aws, azure, vault } = services;
    const secret = { 'sops.vault-token': vault.token, 'sops.aws-kms': `aws_access_key_id: ${aws.accessKeyId}\naws_secret_access_key: x\n`, 'sops.azure-kv': azure.application };
    const allow = ['https://vault.example.com', 'https://attacker.example', 'arn:aws:kms:*'].join('\n');
    const said = (key: SopsKey): Promise<string> => open(key, { ...secret, 'sops.allow': allow });
    expect(await said(vaultKey('https://vault.example.com', { enginePath: '../sys' }))).toContain('none of Vault');
    expect(await said(vaultKey('https://vault.example.com', { keyName: 'a/../../b' }))).toContain('none of Vault');
    expect(await said(vaultKey('https://vault.example.com@attacker.example'))).toContain('not in sops.allow');
    expect(await said(vaultKey('https://vault.example.com?x=1'))).toContain('not in sops.allow');
    expect(await said(azureKey('https://attacker.example'))).toContain('is not https://NAME.vault.azure.net');
    for (const arn of ['arn:aws:kms:eu-west-1.attacker.example/:111122223333:key/x', 'arn:aws:kms:169.254.169.254#:111122223333:key/x', 'x']) {
      expect(await said({ type: 'kms', arn, role: '', context: {}, enc: 'AA==' })).toContain('its ARN is not one of a KMS key');
    }
    expect(await said({ type: 'hckms' })).toBe('is not supported');
  });

  it('are asked as an application of Entra that signs with a certificate, too', async () => {
    const { cert, key } = createAuthority('test').issue({ commonName: 'sops', rsa: true });
    const application = services.azure.withCertificate(`${cert}${key}`);
    expect(await open(azureKey(), { 'sops.azure-kv': application, 'sops.allow': services.azure.vault })).toBe('opened');
  });
});

describe('a request to AWS', () => {
  it('has the signature that AWS publishes for its example', () => {
    // https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html: post-vanilla
    const headers = signAws({ service: 'service', region: 'us-east-1', url: 'https://example.amazonaws.com', headers: {}, body: '', now: Date.UTC(2015, 7, 30, 12, 36, 0) }, { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SecretBytes.fromUtf8('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY') });
    expect(headers['authorization']).toBe('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b');
  });
});

describe('a Secret with keys', () => {
  it('says what of it cannot be used, and quotes none of it', () => {
    const { problems } = bundle({ 'a.agekey': 'AGE-SECRET-KEY-canary\nAGE-PLUGIN-canary', 'sops.aws-kms': 'canary', 'sops.gcp-kms': '{"canary": 1', 'sops.azure-kv': 'tenantId: canary', 'sops.allow': 'canary', other: 'canary' });
    expect(problems).toEqual([
      'a.agekey: line 1 is no age key (AGE-SECRET-KEY-1… or AGE-SECRET-KEY-PQ-1…)',
      'a.agekey: line 2 is a key of an age plugin, which cannot be run here',
      'sops.aws-kms: is not YAML with aws_access_key_id and aws_secret_access_key',
      'sops.gcp-kms: is not the key file of a service account',
      'sops.azure-kv: is not YAML with tenantId, clientId and clientSecret or clientCertificate',
      'sops.allow: line 1 is neither an https address, an ARN of a KMS key or a role, nor projects/…',
    ]);
  });

  it('is read in UTF-16 with its mark, as Windows writes it, and in the words of az', () => {
    const utf16 = new SecretBytes(Buffer.from('\ufeff{"appId": "a", "tenant": "t", "password": "p"}', 'utf16le'));
    expect(readKeyBundle(new Map([['sops.azure-kv', utf16]]))).toMatchObject({ azure: { clientId: 'a', tenantId: 't', authority: 'https://login.microsoftonline.com' }, problems: [] });
  });

  it('allows an address exactly, and resources that begin alike', () => {
    const list = readAllowList('https://vault.example.com/\nhttp://10.0.0.1:8200\narn:aws:kms:eu-west-1:1:key/a*\nprojects/p/locations/l/keyRings/r/cryptoKeys/k');
    expect(['https://vault.example.com', 'https://VAULT.example.com:443', 'http://vault.example.com', 'https://vault.example.com.attacker.example', 'https://vault.example.com/x', 'http://10.0.0.1:8200/', 'ftp://vault.example.com'].map((text) => list.address(text))).toEqual(['https://vault.example.com', 'https://vault.example.com', undefined, undefined, undefined, 'http://10.0.0.1:8200', undefined]);
    expect(['arn:aws:kms:eu-west-1:1:key/ab', 'arn:aws:kms:eu-west-1:1:key/b', 'projects/p/locations/l/keyRings/r/cryptoKeys/k', 'projects/p/locations/l/keyRings/r/cryptoKeys/k2', 'arn:aws:kms:eu-west-1:1:key/a../b'].map(list.resource)).toEqual([true, false, true, false, false]);
  });
});
