import { z } from 'zod';
import type { HttpResponse } from '../../src/lib/http.ts';
import { readJson } from '../../src/provider/ask.ts';
import { membersOf } from '../../src/provider/go-json.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { KvMount, KvPath } from './kv-path.ts';
import { kvPath } from './kv-path.ts';
import type { VaultSession } from './session.ts';
import { answerParts, requireAbsence } from './vault-answer.ts';
import type { VaultApi } from './vault-api.ts';

/** A value as it is kept: an object in JSON, as it is written there. */
export interface KvValue {
  readonly object: string;
  /** Of an engine of version v2. */
  readonly version?: string;
}

/** What an engine of version v2 keeps beside all versions of a value. */
export interface KvMetadata {
  readonly current: number;
  readonly custom: Readonly<Record<string, string>>;
  /** What Vault itself says, as text by its own names. */
  readonly system: Readonly<Record<string, string>>;
}

const versionOf = z.object({ version: z.int() });
const metadataAnswer = z.object({
  data: z.object({
    current_version: z.int(),
    created_time: z.string().optional(),
    delete_version_after: z.string().optional(),
    custom_metadata: z.record(z.string(), z.string()).nullish(),
  }),
});
const listAnswer = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** A key-value engine of Vault, of either version. */
export class KvEngine {
  readonly #session: VaultSession;
  readonly #api: Pick<VaultApi, 'errorOf'>;
  readonly mount: KvMount;

  constructor(session: VaultSession, api: Pick<VaultApi, 'errorOf'>, mount: KvMount) {
    this.#session = session;
    this.#api = api;
    this.mount = mount;
  }

  /**
   * The value of a key; undefined where there is none, be it that this version was deleted.
   * @throws ProviderError; the signal's reason
   */
  async read(key: string, version: string | undefined, signal: AbortSignal): Promise<KvValue | undefined> {
    const query = version === undefined ? {} : { query: new URLSearchParams({ version }) };
    const answer = await this.#send('read', { method: 'GET', path: this.#pathOf(key).data, ...query }, signal);
    if (answer.status === 404) return requireAbsence(answer);
    const data = answerParts(answer).get('data');
    if (data === undefined) throw new ProviderError('unavailable', 'Vault does not answer as a key-value engine does: there is no data');
    return this.mount.version === 'v1' ? { object: requireObject(data) } : latestIn(data);
  }

  /** What is kept beside the versions of a key; undefined where there is nothing at all. @throws ProviderError; the signal's reason */
  async metadata(key: string, signal: AbortSignal): Promise<KvMetadata | undefined> {
    const answer = await this.#send('read', { method: 'GET', path: this.#pathOf(key).metadata }, signal);
    if (answer.status === 404) return requireAbsence(answer);
    const { current_version: current, created_time: created, delete_version_after: after, custom_metadata: custom } = this.#parsed(answer, metadataAnswer).data;
    const system = { current_version: String(current), ...(created === undefined ? {} : { created_time: created }), ...(after === undefined ? {} : { delete_version_after: after }) };
    return { current, custom: custom ?? {}, system };
  }

  /** The names in a folder, those of folders with a slash at their end; none where there is no such folder. */
  async list(folder: string, signal: AbortSignal): Promise<readonly string[]> {
    const answer = await this.#send('list', { method: 'LIST', path: this.#pathOf(folder).metadata }, signal);
    if (answer.status === 404) return requireAbsence(answer) ?? [];
    return this.#parsed(answer, listAnswer).data.keys;
  }

  /**
   * Writes a value, of an engine of version v2 only in the place of the version that is named; 0: of none.
   * @returns false where Vault refuses it as it stands: another may have been faster
   */
  async write(key: string, object: string, replaced: number, signal: AbortSignal): Promise<boolean> {
    const json = this.mount.version === 'v1' ? object : `{"options":{"cas":${replaced}},"data":${object}}`;
    const answer = await this.#send('write', { method: 'PUT', path: this.#pathOf(key).data, json }, signal);
    if (answer.status === 404) throw this.#leadsNowhere(answer);
    return answer.status !== 400;
  }

  /** Writes the custom metadata of a key, which may be before its first version. */
  async mark(key: string, custom: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const answer = await this.#send('write', { method: 'PUT', path: this.#pathOf(key).metadata, body: { custom_metadata: custom } }, signal);
    if (answer.status === 404) throw this.#leadsNowhere(answer);
    if (answer.status === 400) throw this.#api.errorOf(answer);
  }

  /** Removes a key with all its versions and what is kept beside them. */
  async remove(key: string, signal: AbortSignal): Promise<void> {
    const answer = await this.#send('delete', { method: 'DELETE', path: this.#pathOf(key).metadata }, signal);
    if (answer.status === 404) requireAbsence(answer);
  }

  #pathOf(key: string): KvPath {
    const path = kvPath(key, this.mount);
    if (this.mount.mount === '' && ownPaths.test(path.data)) throw new ProviderError('invalid', "the key leads to Vault's own interface, and not to a secret");
    return path;
  }

  /** An answer that says success, or 404, or to a write 400. @throws ProviderError for all others; the signal's reason */
  async #send(what: 'read' | 'list' | 'write' | 'delete', request: Parameters<VaultSession['send']>[0], signal: AbortSignal): Promise<HttpResponse> {
    const answer = await this.#session.send(request, signal);
    if (answer.status < 300 || answer.status === 404 || (answer.status === 400 && what === 'write')) return answer;
    if (answer.status === 403) throw new ProviderError('denied', `Vault does not allow to ${what} ${request.path} (HTTP 403); check auth, and the policies of its role`);
    throw this.#api.errorOf(answer);
  }

  /** What 404 means to a write, which needs nothing to be there. */
  #leadsNowhere(answer: HttpResponse): ProviderError {
    requireAbsence(answer);
    return this.#api.errorOf(answer);
  }

  #parsed<T>(answer: HttpResponse, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(readJson(answer, 'Vault'));
    if (parsed.success) return parsed.data;
    throw new ProviderError('unavailable', 'Vault does not answer as a key-value engine does; check path and version of the store');
  }
}

/** A store without a mount lets its users name any path: they must not get at the token that all of them share. */
const ownPaths = /^\/*(sys|cubbyhole)\/|(^|\/)auth\/+token(\/|$)/;

function latestIn(data: string): KvValue | undefined {
  const parts = membersOf(data);
  const [object, metadata] = [parts.get('data'), parts.get('metadata')];
  const version = versionOf.safeParse(metadata === undefined ? undefined : JSON.parse(metadata));
  if (object === 'null' && version.success) return undefined;
  if (object === undefined || !version.success) throw new ProviderError('unavailable', 'Vault does not answer as a key-value engine of version v2 does; check path and version of the store');
  return { object: requireObject(object), version: String(version.data.version) };
}

function requireObject(raw: string): string {
  if (raw.startsWith('{')) return raw;
  throw new ProviderError('unavailable', 'Vault does not answer as a key-value engine does: the data is no object');
}
