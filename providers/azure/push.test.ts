import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { renderForProvider } from '../../src/secret/template/render-for-provider.ts';
import { azureCertificate } from '../../test/support/azure-certificate.ts';
import { connectAzure } from '../../test/support/azure-store.ts';
import { type AzureVault, startAzureVault } from '../../test/support/azure-vault.ts';
import { createThreadRenderer } from '../../test/support/thread-renderer.ts';

const never = new AbortController().signal;
const renderer = createThreadRenderer();

let vault: AzureVault;
let client: ProviderClient;

beforeEach(async () => {
  vault = await startAzureVault();
  client = await connectAzure(vault, { context: { renderTemplate: (template, data) => renderForProvider(renderer, { tenant: 'consumer', template, data }, never) } });
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await vault.close();
});

function told(result: WriteResult | RemoveResult | undefined): string {
  expect(inspect(result, { depth: 9, showHidden: true })).not.toMatch(/canary|unquotable|PRIVATE/);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'no such call');
}

async function push(remoteKey: string, value: string | Uint8Array, more: Partial<RemoteWrite> & { readonly spec?: unknown } = {}): Promise<string> {
  const { spec, ...rest } = more;
  const bytes = new SecretBytes(Buffer.from(value));
  const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', bytes]]) };
  const metadata = spec === undefined ? {} : { metadata: { apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec } };
  return told(await client.write?.({ remoteKey, secretKey: 'k', value: bytes, source, updatePolicy: 'Replace', ...metadata, ...rest }, never));
}

async function remove(remoteKey: string): Promise<string> {
  return told(await client.remove?.({ remoteKey }, never));
}

const ours = { 'managed-by': 'external-secrets' };
const soon = Math.floor(Date.now() / 1000) + 1000;

describe('a pushed secret', () => {
  it('bears the mark, and the tags and the time that its metadata says', async () => {
    expect(await push('secret/app', 'v', { spec: { tags: { team: 'chain' }, expirationDate: '2030-01-02T03:04:05Z' } })).toBe('written');
    expect(vault.objects.get('secrets', 'app')).toMatchObject({ content: { value: 'v' }, enabled: true, tags: { ...ours, team: 'chain' }, exp: Date.UTC(2030, 0, 2, 3, 4, 5) / 1000 });
  });

  it('is left alone where nothing differs, beside what others have tagged', async () => {
    vault.objects.add('secrets', 'app', { value: 'v' }, { tags: { ...ours, team: 'chain', theirs: 'x' }, exp: soon });
    vault.forgetCalls();

    expect(await push('app', 'v', { spec: { tags: { team: 'chain' }, expirationDate: new Date(soon * 1000).toISOString() } })).toBe('unchanged');
    expect(vault.calls()).toBe(1);
  });

  it('gets no new version where its metadata alone differs', async () => {
    const version = vault.objects.add('secrets', 'app', { value: 'v' }, { tags: { ...ours, theirs: 'x' } });

    expect(await push('app', 'v', { spec: { tags: { team: 'chain' }, expirationDate: '2030-01-02T03:04:05Z' } })).toBe('written');
    expect(vault.objects.get('secrets', 'app')).toMatchObject({ id: version, tags: { ...ours, theirs: 'x', team: 'chain' }, exp: Date.UTC(2030, 0, 2, 3, 4, 5) / 1000 });
    expect([vault.calls('SetSecret'), vault.calls('UpdateSecret')]).toEqual([0, 1]);
  });

  it.each([
    [{ tags: { 'managed-by': 'me' } }, 'invalid: metadata.spec.tags: must not have "managed-by", which says whose it is'],
    [{ expirationDate: 'tomorrow' }, 'invalid: metadata.spec.expirationDate: must be a time like 2024-12-31T20:00:00Z'],
  ])('is not made with the metadata %j', async (spec, message) => {
    expect(await push('app', 'v', { spec })).toBe(message);
    expect(vault.calls()).toBe(0);
  });

  it('is at most as large as a vault takes', async () => {
    expect(await push('large', 'x'.repeat(25 * 1024))).toBe('written');
    expect(await push('larger', 'x'.repeat(25 * 1024 + 1))).toBe('invalid: the value has 25601 bytes; a secret of a vault holds at most 25 KiB');
  });

  it('is not made under the name of a deleted one, which only its owner may recover or purge', async () => {
    expect([await push('app', 'v'), await remove('app')]).toEqual(['written', 'removed']);
    expect(await push('app', 'v')).toBe('invalid: the name belongs to an object that is deleted but can be recovered; recover or purge it (ObjectIsDeletedButRecoverable)');
    vault.objects.purge('secrets', 'app');
    expect(await push('app', 'v')).toBe('written');
  });

  it('that is disabled is neither overwritten nor removed: whose it is cannot be told', async () => {
    vault.objects.add('secrets', 'app', { value: 'v' }, { tags: ours, enabled: false });

    expect([await push('app', 'w'), await remove('app')]).toEqual(Array.from({ length: 2 }, () => 'denied: the object or version is disabled (SecretDisabled); enable it in the vault'));
  });
});

describe('a pushed key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const pem = (type: 'pkcs1' | 'pkcs8'): string => rsa.export({ type, format: 'pem' }).toString();

  it('is imported from PEM, once', async () => {
    expect(await push('key/signer', pem('pkcs8'), { spec: { tags: { team: 'chain' } } })).toBe('written');
    expect(await push('key/signer', pem('pkcs1'))).toBe('unchanged');
    expect(vault.objects.get('keys', 'signer')).toMatchObject({ tags: { ...ours, team: 'chain' }, content: createPublicKey(rsa).export({ format: 'jwk' }) });
    expect(vault.calls('ImportKey')).toBe(1);
  });

  it.each(['P-256', 'P-384', 'P-521', 'secp256k1'])('may be elliptic, on %s', async (namedCurve) => {
    const key = generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    expect([await push('key/signer', key), await push('key/signer', key)]).toEqual(['written', 'unchanged']);
  });

  it('makes a new version where it is another', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

    expect([await push('key/signer', pem('pkcs8')), await push('key/signer', other)]).toEqual(['written', 'written']);
  });

  it.each([
    ['-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----', {}, 'invalid: the value is PEM, but no private key that can be read'],
    [generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), {}, 'invalid: the value is a private key of a kind that no vault holds; it must be RSA, or elliptic on P-256, P-384, P-521 or secp256k1'],
    ['symmetric-canary', {}, 'invalid: Azure Key Vault refuses the request (HTTP 400)'],
    ['any', { property: 'p' }, 'invalid: a key has no properties to push into: remoteRef must not have a property'],
  ])('is none of %#', async (value, more, message) => {
    expect(await push('key/signer', value, more)).toBe(message);
  });

  it('is removed where it was pushed, and not where it is somebody else’s', async () => {
    await push('key/signer', pem('pkcs8'));
    vault.objects.add('keys', 'theirs', createPublicKey(rsa).export({ format: 'jwk' }));

    expect([await remove('key/signer'), await remove('key/signer')]).toEqual(['removed', 'absent']);
    expect([await remove('key/theirs'), await push('key/theirs', pem('pkcs8'))]).toEqual(Array.from({ length: 2 }, () => 'invalid: what is there was not pushed: it has no tag managed-by=external-secrets, so it is neither overwritten nor removed'));
    expect(await push('key/theirs', pem('pkcs8'), { updatePolicy: 'IfNotExists' })).toBe('unchanged');
  });
});

describe('a pushed certificate', () => {
  const pkcs1 = createPrivateKey(azureCertificate.key).export({ type: 'pkcs1', format: 'pem' }).toString();

  it.each([
    ['PEM', azureCertificate.cert + azureCertificate.key],
    ['PEM with a key that vaults do not read', azureCertificate.cert + pkcs1],
    ['PKCS#12', azureCertificate.pkcs12],
  ])('is imported from %s, once', async (_, value) => {
    expect([await push('cert/tls', value), await push('cert/tls', value)]).toEqual(['written', 'unchanged']);
    expect(vault.objects.get('certificates', 'tls')).toMatchObject({ tags: ours });
    expect(vault.calls('ImportCertificate')).toBe(1);
  });

  it.each([
    [azureCertificate.cert, 'invalid: the value holds a certificate without its private key, which a vault does not take'],
    [azureCertificate.key, 'invalid: the value holds no certificate'],
    ['canary', 'invalid: the value is neither PEM nor a PKCS#12 file without a password'],
  ])('is none of %#', async (value, message) => {
    expect(await push('cert/tls', value)).toBe(message);
  });

  it('is removed where it was pushed', async () => {
    await push('cert/tls', azureCertificate.pkcs12);

    expect([await remove('cert/tls'), await remove('cert/tls')]).toEqual(['removed', 'absent']);
    expect(await push('cert/tls', azureCertificate.pkcs12)).toMatch(/^invalid: the name belongs to an object that is deleted/);
  });
});
