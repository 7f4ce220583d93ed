import { ProviderError } from '../../src/provider/provider-error.ts';
import type { ApiAnswer, ApiCall, KubernetesApi } from './api.ts';
import type { SecretDocument, SecretPage, VersionPage } from './secret-document.ts';
import { parsePage, parseSecret, parseVersionPage } from './secret-document.ts';

/** Bytes that a page may have: it is parsed where others wait. */
const largestPage = 8 * 1024 * 1024;
const fieldManager = 'prelude';
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** What became of a write: another may have been faster. */
export type SecretWritten = 'written' | 'conflict' | 'absent';

/** The Secrets of one namespace, with the rights of the store's account. */
export class RemoteSecrets {
  readonly #api: KubernetesApi;
  readonly #namespace: string;

  constructor(api: KubernetesApi, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  /** Undefined where there is none. @throws ProviderError `invalid` for what can be no Secret's name */
  async get(name: string, signal: AbortSignal): Promise<SecretDocument | undefined> {
    const answer = await this.#ask({ method: 'GET', path: pathOf(name), what: `get Secret ${this.#namespace}/${name}` }, signal);
    if (answer.kind === 'ok') return parseSecret(answer.body);
    if (answer.kind === 'absent') return undefined;
    throw unexpected(answer);
  }

  /**
   * One page of the Secrets with these labels; `expired` where the list has become too old to go on with.
   * @throws AnswerTooLarge where so many at once are too many
   */
  async page({ selector, next, limit }: { readonly selector: string; readonly next?: string; readonly limit: number }, signal: AbortSignal): Promise<(SecretPage & { readonly bytes: number }) | 'expired'> {
    const query = new URLSearchParams({ limit: String(limit), ...(selector === '' ? {} : { labelSelector: selector }), ...(next === undefined ? {} : { continue: next }) });
    const answer = await this.#ask({ method: 'GET', path: `?${query.toString()}`, what: `list the Secrets of namespace ${this.#namespace}`, largestAnswer: largestPage }, signal);
    if (answer.kind === 'ok') return { ...parsePage(answer.body), bytes: answer.bytes };
    if (answer.kind === 'expired') return 'expired';
    throw unexpected(answer);
  }

  /**
   * One page of the versions of all Secrets, without what is in them; `expired` where the list has become too old to go on with.
   * @throws AnswerTooLarge; ProviderError `unsupported` where the server has no such list
   */
  async versions({ next, limit }: { readonly next?: string; readonly limit: number }, signal: AbortSignal): Promise<VersionPage | 'expired'> {
    const query = new URLSearchParams({ limit: String(limit), ...(next === undefined ? {} : { continue: next }) });
    const answer = await this.#ask({ method: 'GET', path: `?${query.toString()}`, accept: metadataOnly, what: `list the Secrets of namespace ${this.#namespace}`, largestAnswer: largestPage }, signal);
    if (answer.kind === 'ok') return parseVersionPage(answer.body);
    if (answer.kind === 'expired') return 'expired';
    throw unexpected(answer);
  }

  async create(document: SecretDocument, signal: AbortSignal): Promise<SecretWritten> {
    const what = `create Secret ${this.#namespace}/${document.metadata.name}`;
    const answer = await this.#ask({ method: 'POST', path: `?fieldManager=${fieldManager}`, body: { apiVersion: 'v1', kind: 'Secret', ...document }, what }, signal);
    if (answer.kind === 'absent') throw new ProviderError('invalid', `namespace ${this.#namespace} does not exist at the API server`);
    return writtenOf(answer);
  }

  /** Replaces a Secret that has not changed since it was read. */
  async update(document: SecretDocument, signal: AbortSignal): Promise<SecretWritten> {
    const { name } = document.metadata;
    const what = `update Secret ${this.#namespace}/${name}`;
    return writtenOf(await this.#ask({ method: 'PUT', path: `${pathOf(name)}?fieldManager=${fieldManager}`, body: { apiVersion: 'v1', kind: 'Secret', ...document }, what }, signal));
  }

  /** Deletes a Secret that has not changed since it was read. */
  async delete({ metadata: { name, uid, resourceVersion } }: SecretDocument, signal: AbortSignal): Promise<SecretWritten> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    return writtenOf(await this.#ask({ method: 'DELETE', path: pathOf(name), body, what: `delete Secret ${this.#namespace}/${name}` }, signal));
  }

  #ask(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer> {
    return this.#api.call({ ...call, path: `/api/v1/namespaces/${this.#namespace}/secrets${call.path}` }, signal);
  }
}

/** The path of a Secret below those of its namespace. Only names are let into paths: `..` would lead elsewhere. */
function pathOf(name: string): string {
  if (name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) return `/${name}`;
  throw new ProviderError('invalid', `${JSON.stringify(name.slice(0, 253))} cannot be the name of a Secret: lower-case letters, digits, "-" and "." only`);
}

function writtenOf(answer: ApiAnswer): SecretWritten {
  if (answer.kind === 'ok') return 'written';
  if (answer.kind === 'absent') return 'absent';
  if (answer.kind === 'expired') throw unexpected(answer);
  return 'conflict';
}

function unexpected({ kind }: ApiAnswer): ProviderError {
  return new ProviderError('unavailable', `the API server answers with something that does not fit the question (${kind})`);
}
