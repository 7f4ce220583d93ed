import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { AccessedVersion, ListedVersion, SecretRecord } from './answers.ts';
import { readAccess, readSecret, readVersion } from './answers.ts';
import type { Answer, Connection, Method } from './connection.ts';
import { crc32c } from './crc32c.ts';
import { service } from './errors.ts';
import { keyOf } from './project-location.ts';

/** What a new secret is made with, in the service's own words. */
export interface NewSecret {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly topics: readonly { readonly name: string }[];
  readonly replication?: object;
  readonly customerManagedEncryption?: { readonly kmsKeyName: string };
}

/** What of a secret is set anew. */
export interface SecretChange {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly topics?: readonly { readonly name: string }[];
}

/** More pages than any project has secrets for: an answer that never ends is none. */
const mostPages = 1000;
/** Secrets a page: few calls count more than short ones. */
const pageSize = 1000;

/** Google Secret Manager, as far as it is called. All throw CallError with the status, other ProviderErrors, and the signal's reason. */
export class SecretManager {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The value of a version, by the name of its resource. */
  async access(version: string, signal: AbortSignal): Promise<AccessedVersion> {
    const { message } = await this.#byName('accessSecretVersion', { name: version }, signal);
    return readAccess(message, keyOf(version.replace(/\/versions\/[^/]*$/, '')));
  }

  async get(secret: string, signal: AbortSignal): Promise<SecretRecord> {
    return readSecret((await this.#byName('getSecret', { name: secret }, signal)).message);
  }

  /** All secrets that a filter in Google's notation lets through. */
  async list(parent: string, filter: string, signal: AbortSignal): Promise<readonly SecretRecord[]> {
    return (await this.#pages('listSecrets', { parent, filter }, signal)).map(readSecret);
  }

  /** All versions that can be accessed. */
  async enabledVersions(secret: string, signal: AbortSignal): Promise<readonly ListedVersion[]> {
    return (await this.#pages('listSecretVersions', { parent: secret, filter: 'state:ENABLED' }, signal)).map(readVersion);
  }

  async create(parent: string, key: string, secret: NewSecret, signal: AbortSignal): Promise<SecretRecord> {
    return readSecret((await this.#byParent('createSecret', { parent, secretId: key, secret }, signal)).message);
  }

  /** Changes a secret that still has this etag. */
  async update(secret: string, etag: string, change: SecretChange, signal: AbortSignal): Promise<void> {
    const request = { secret: { name: secret, etag, ...change }, updateMask: { paths: Object.keys(change) } };
    await this.#connection.call('updateSecret', request, `secret.name=${encodeURIComponent(secret)}`, signal);
  }

  /** Deletes a secret that still has this etag, with all versions. */
  async delete(secret: string, etag: string, signal: AbortSignal): Promise<void> {
    await this.#byName('deleteSecret', { name: secret, etag }, signal);
  }

  /** Adds a version, and returns its number. */
  async add(secret: string, value: SecretBytes, signal: AbortSignal): Promise<number> {
    const data = value.reveal();
    const { message } = await this.#byParent('addSecretVersion', { parent: secret, payload: { data, dataCrc32c: crc32c(data) } }, signal);
    return readVersion(message).number;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #byName(method: Method, request: { readonly name: string; readonly etag?: string }, signal: AbortSignal): Promise<Answer> {
    return this.#connection.call(method, request, `name=${encodeURIComponent(request.name)}`, signal);
  }

  #byParent(method: Method, request: { readonly parent: string; readonly [field: string]: unknown }, signal: AbortSignal): Promise<Answer> {
    return this.#connection.call(method, request, `parent=${encodeURIComponent(request.parent)}`, signal);
  }

  async #pages(method: Method, request: { readonly parent: string; readonly filter: string }, signal: AbortSignal): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    let pageToken = '';
    for (let pages = 0; pages < mostPages; pages += 1) {
      const { message, next } = await this.#byParent(method, { ...request, pageSize, pageToken }, signal);
      if (!Array.isArray(message)) throw new ProviderError('unavailable', `${service} answers with something else than a list`);
      items.push(...message);
      if (next === undefined) return items;
      pageToken = next;
    }
    throw new ProviderError('unavailable', `${service} answers with a list that does not end`);
  }
}
