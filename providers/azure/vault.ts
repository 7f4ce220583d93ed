import { AsyncLocalStorage } from 'node:async_hooks';
import type { CertificateClient } from '@azure/keyvault-certificates';
import type { JsonWebKey, KeyClient } from '@azure/keyvault-keys';
import type { SecretClient } from '@azure/keyvault-secrets';
import type { HttpClient } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { printKey } from './json-web-key.ts';
import { VaultCalls } from './vault-calls.ts';
import type { VaultCredential } from './vault-credential.ts';
import { createVaultHttp } from './vault-http.ts';
import { type ListedSecret, propertiesOf, type VaultObject } from './vault-object.ts';

export interface VaultOptions {
  readonly vaultUrl: string;
  readonly credential: VaultCredential;
  readonly http: HttpClient;
}

/** What a written object bears beside its value. */
export interface WrittenProperties {
  readonly tags: Readonly<Record<string, string>>;
  readonly expires?: number;
}

/** One of the three kinds of objects. What is absent is undefined; what fails is a ProviderError. */
export interface VaultObjects {
  readonly get: (name: string, version: string | undefined, signal: AbortSignal) => Promise<VaultObject | undefined>;
  readonly delete: (name: string, signal: AbortSignal) => Promise<'deleted' | undefined>;
}

/** A vault, in our words. */
export interface Vault {
  readonly secret: VaultObjects & {
    readonly set: (name: string, value: string, properties: WrittenProperties, signal: AbortSignal) => Promise<void>;
    readonly update: (name: string, version: string, properties: WrittenProperties, signal: AbortSignal) => Promise<void>;
    /** The pages of all secrets, 25 on each. */
    readonly pages: (signal: AbortSignal) => AsyncGenerator<readonly ListedSecret[]>;
  };
  readonly key: VaultObjects & { readonly import: (name: string, key: JsonWebKey, properties: WrittenProperties, signal: AbortSignal) => Promise<void> };
  readonly cert: VaultObjects & { readonly import: (name: string, file: CertificateFile, properties: WrittenProperties, signal: AbortSignal) => Promise<void> };
}

/** A certificate to import, with its private key. */
export interface CertificateFile {
  readonly bytes: Uint8Array;
  readonly contentType: 'application/x-pem-file' | 'application/x-pkcs12';
}

/** A version of the API that vaults of all clouds have. */
const serviceVersion = '7.5';

/** Loads the SDK, its clients of keys and certificates on first use only. Nothing is sent yet. */
export async function connectVault({ vaultUrl, credential, http }: VaultOptions): Promise<Vault> {
  const [{ createHttpHeaders }, { SecretClient }] = await Promise.all([import('@azure/core-rest-pipeline'), import('@azure/keyvault-secrets')]);
  const signals = new AsyncLocalStorage<AbortSignal>();
  const httpClient = createVaultHttp({ http, origin: new URL(vaultUrl).origin, signals, refused: credential.forget, createHeaders: createHttpHeaders });
  // the SDK repeats nothing and follows nothing: the planner holds back, for all consumers together
  const options = { httpClient, serviceVersion, retryOptions: { maxRetries: 0 }, redirectOptions: { maxRetries: 0 } } as const;
  const calls = { signals, prove: credential.prove };
  const secretClient = new SecretClient(vaultUrl, credential, options);
  return {
    secret: secretsOf(new VaultCalls(() => Promise.resolve(secretClient), calls)),
    key: keysOf(new VaultCalls(once(async () => new (await import('@azure/keyvault-keys')).KeyClient(vaultUrl, credential, options)), calls)),
    cert: certificatesOf(new VaultCalls(once(async () => new (await import('@azure/keyvault-certificates')).CertificateClient(vaultUrl, credential, options)), calls)),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function secretsOf(calls: VaultCalls<SecretClient>): Vault['secret'] {
  return {
    get: (name, version, signal) =>
      calls.find(async (client) => {
        const { value, properties } = await client.getSecret(name, version === undefined ? {} : { version });
        return objectOf(value === undefined ? undefined : SecretBytes.fromUtf8(value), properties);
      }, signal),
    set: (name, value, { tags, expires }, signal) =>
      calls.make(async (client) => void (await client.setSecret(name, value, { tags: { ...tags }, enabled: true, ...expiring(expires) })), signal),
    update: (name, version, { tags, expires }, signal) =>
      calls.make(async (client) => void (await client.updateSecretProperties(name, version, { tags: { ...tags }, ...expiring(expires) })), signal),
    delete: (name, signal) => calls.find((client) => deleting(client.beginDeleteSecret(name)), signal),
    pages: async function* (signal) {
      const pages = await calls.make((client) => Promise.resolve(client.listPropertiesOfSecrets().byPage()), signal);
      while (true) {
        const page = await calls.make(() => pages.next(), signal);
        if (page.done === true) return;
        yield page.value.map((properties) => ({ name: properties.name, ...propertiesOf(properties) }));
      }
    },
  };
}

function keysOf(calls: VaultCalls<KeyClient>): Vault['key'] {
  return {
    get: (name, version, signal) =>
      calls.find(async (client) => {
        const { key, properties } = await client.getKey(name, version === undefined ? {} : { version });
        return { ...objectOf(key === undefined ? undefined : printKey(key), properties), ...(key === undefined ? {} : { key }) };
      }, signal),
    import: (name, key, { tags }, signal) => calls.make(async (client) => void (await client.importKey(name, key, { tags: { ...tags }, enabled: true })), signal),
    delete: (name, signal) => calls.find((client) => deleting(client.beginDeleteKey(name)), signal),
  };
}

function certificatesOf(calls: VaultCalls<CertificateClient>): Vault['cert'] {
  return {
    get: (name, version, signal) =>
      calls.find(async (client) => {
        const { cer, properties } = version === undefined ? await client.getCertificate(name) : await client.getCertificateVersion(name, version);
        return objectOf(cer === undefined ? undefined : new SecretBytes(cer), properties);
      }, signal),
    import: (name, { bytes, contentType }, { tags }, signal) => {
      // the SDK encodes by `policy`, but tells the vault what comes under `certificatePolicy` only; without it a vault takes all for PKCS#12
      const options = { tags: { ...tags }, enabled: true, policy: { contentType }, certificatePolicy: { secretProperties: { contentType } } };
      return calls.make(async (client) => void (await client.importCertificate(name, bytes, options)), signal);
    },
    delete: (name, signal) => calls.find((client) => deleting(client.beginDeleteCertificate(name)), signal),
  };
}

/** Beginning is all: that a name is free again, which the SDK could wait for, is for whoever recovers or purges. */
async function deleting(begun: Promise<unknown>): Promise<'deleted'> {
  await begun;
  return 'deleted';
}

function expiring(expires: number | undefined): { readonly expiresOn?: Date } {
  return expires === undefined ? {} : { expiresOn: new Date(expires) };
}

/** @throws ProviderError `unavailable` for an answer without a value */
function objectOf(value: SecretBytes | undefined, properties: Parameters<typeof propertiesOf>[0] & { readonly version?: string }): VaultObject {
  if (value === undefined) throw new ProviderError('unavailable', 'the vault does not answer as Azure Key Vault does: there is no value');
  const { version = '' } = properties;
  return { value, ...(version === '' ? {} : { version }), ...propertiesOf(properties) };
}
