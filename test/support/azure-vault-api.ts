import { type AzureObjects, bodies, certificateIn, type Collection, collections, publicKeyOf, type Version } from './azure-objects.ts';
import type { ServedAnswer, ServedRequest } from './moody-server.ts';

/** Secrets on a page of a list. */
export const azurePageSize = 25;
/** The most bytes that a secret has. */
const largestSecret = 25 * 1024;

const singular: Readonly<Record<Collection, string>> = { secrets: 'Secret', keys: 'Key', certificates: 'Certificate' };

/** One call, as the service names it, and its answer. */
export interface ApiCall {
  readonly operation: string;
  readonly answer: ServedAnswer;
}

export function failure(status: number, code: string, inner?: string): ServedAnswer {
  return { status, body: { error: { code, message: 'unquotable', ...(inner === undefined ? {} : { innererror: { code: inner } }) } } };
}

/** The data plane of a vault: answers requests that are let in. */
export class AzureVaultApi {
  readonly #objects: AzureObjects;
  readonly #origin: string;
  /** What the identity may not do: `get theirs`, `list`. */
  readonly denied = new Set<string>();

  constructor(objects: AzureObjects, origin: string) {
    this.#objects = objects;
    this.#origin = origin;
  }

  answer(request: ServedRequest): ApiCall {
    const [, area = '', name = '', version = ''] = request.path.split('/');
    const collection = collections.find((one) => one === area);
    const deleted = collections.find((one) => `deleted${one}` === area);
    if (deleted !== undefined && request.method === 'GET') return { operation: `GetDeleted${singular[deleted]}`, answer: this.#getDeleted(deleted, name) };
    if (collection === undefined || !request.query.has('api-version')) return { operation: 'Unknown', answer: failure(400, 'BadParameter') };
    if (name === '') return { operation: `Get${singular[collection]}s`, answer: this.#list(collection, request) };
    if (!/^[0-9a-zA-Z-]{1,127}$/.test(name)) return { operation: 'Unknown', answer: failure(400, 'BadParameter') };
    switch (request.method) {
      case 'GET':
        return { operation: `Get${singular[collection]}`, answer: this.#get(collection, name, version) };
      case 'DELETE':
        return { operation: `Delete${singular[collection]}`, answer: this.#delete(collection, name) };
      case 'PATCH':
        return { operation: `Update${singular[collection]}`, answer: this.#update(collection, name, version, request.body) };
      default:
        return { operation: collection === 'secrets' ? 'SetSecret' : `Import${singular[collection]}`, answer: this.#write(collection, name, request) };
    }
  }

  #get(collection: Collection, name: string, id: string): ServedAnswer {
    if (this.denied.has(`get ${name}`)) return failure(403, 'Forbidden', 'ForbiddenByRbac');
    const version = this.#objects.get(collection, name, id);
    if (version === undefined) return failure(404, `${singular[collection]}NotFound`);
    if (!version.enabled) return failure(403, 'Forbidden', `${singular[collection]}Disabled`);
    return { body: this.#bundle(collection, name, version) };
  }

  #list(collection: Collection, { query }: ServedRequest): ServedAnswer {
    if (this.denied.has('list')) return failure(403, 'Forbidden', 'ForbiddenByRbac');
    const all = this.#objects.list(collection);
    const from = Number(query.get('$skiptoken') ?? 0);
    const value = all.slice(from, from + azurePageSize).map(([name, version]) => ({ [collection === 'keys' ? 'kid' : 'id']: this.#id(collection, name), ...marksOf(version) }));
    const next = from + azurePageSize < all.length ? `${this.#origin}/${collection}?api-version=${query.get('api-version') ?? ''}&$skiptoken=${from + azurePageSize}` : null;
    return { body: { value, nextLink: next } };
  }

  #write(collection: Collection, name: string, { body }: ServedRequest): ServedAnswer {
    if (this.#objects.isDeleted(collection, name)) return failure(409, 'Conflict', 'ObjectIsDeletedButRecoverable');
    const written = contentIn(collection, body);
    if (written === undefined) return failure(400, 'BadParameter');
    const { content, tags, attributes: { enabled = true, exp, nbf } = {} } = written;
    const id = this.#objects.add(collection, name, content, { ...(tags === undefined ? {} : { tags }), ...(exp === undefined ? {} : { exp }), ...(nbf === undefined ? {} : { nbf }), enabled });
    const version = this.#objects.get(collection, name, id);
    return version === undefined ? failure(500, 'InternalServerError') : { body: this.#bundle(collection, name, version) };
  }

  #update(collection: Collection, name: string, id: string, body: string): ServedAnswer {
    const version = this.#objects.get(collection, name, id);
    const parsed = bodies.update.safeParse(jsonIn(body));
    if (version === undefined) return failure(404, `${singular[collection]}NotFound`);
    if (!parsed.success) return failure(400, 'BadParameter');
    const { tags = version.tags, attributes: { enabled = version.enabled, exp = version.exp } = {} } = parsed.data;
    Object.assign(version, { tags, enabled, exp, updated: this.#objects.now });
    return { body: this.#bundle(collection, name, version) };
  }

  #delete(collection: Collection, name: string): ServedAnswer {
    const version = this.#objects.get(collection, name);
    if (version === undefined) return failure(404, `${singular[collection]}NotFound`);
    this.#objects.delete(collection, name);
    return { body: { ...this.#bundle(collection, name, version), ...this.#recovery(collection, name) } };
  }

  #getDeleted(collection: Collection, name: string): ServedAnswer {
    if (!this.#objects.isDeleted(collection, name)) return failure(404, `${singular[collection]}NotFound`);
    const id = this.#id(collection, name);
    return { body: { ...(collection === 'keys' ? { key: { kid: id } } : { id }), attributes: {}, ...this.#recovery(collection, name) } };
  }

  #recovery(collection: Collection, name: string): object {
    return { recoveryId: `${this.#origin}/deleted${collection}/${name}`, deletedDate: this.#objects.now, scheduledPurgeDate: this.#objects.now + 7_776_000 };
  }

  #bundle(collection: Collection, name: string, version: Version): object {
    const id = `${this.#id(collection, name)}/${version.id}`;
    return collection === 'keys' ? { key: { ...version.content, kid: id }, ...marksOf(version) } : { ...version.content, id, ...marksOf(version) };
  }

  #id(collection: Collection, name: string): string {
    return `${this.#origin}/${collection}/${name}`;
  }
}

function marksOf({ enabled, created, updated, exp, nbf, tags }: Version): object {
  const times = { ...(exp === undefined ? {} : { exp }), ...(nbf === undefined ? {} : { nbf }) };
  return { attributes: { enabled, created, updated, ...times, recoveryLevel: 'Recoverable+Purgeable', recoverableDays: 90 }, ...(tags === undefined ? {} : { tags }) };
}

interface Written {
  readonly content: object;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly attributes?: { readonly enabled?: boolean | undefined; readonly exp?: number | undefined; readonly nbf?: number | undefined } | undefined;
}

/** Undefined for what the service refuses. */
function contentIn(collection: Collection, body: string): Written | undefined {
  const json = jsonIn(body);
  if (collection === 'secrets') {
    const parsed = bodies.secret.safeParse(json);
    return parsed.success && Buffer.byteLength(parsed.data.value) <= largestSecret ? { ...parsed.data, content: { value: parsed.data.value } } : undefined;
  }
  if (collection === 'keys') {
    const parsed = bodies.key.safeParse(json);
    const key = parsed.success ? publicKeyOf(parsed.data.key) : undefined;
    return parsed.success && key !== undefined ? { ...parsed.data, content: { ...key, key_ops: ['sign', 'verify'] } } : undefined;
  }
  const parsed = bodies.certificate.safeParse(json);
  const cer = parsed.success ? certificateIn(parsed.data.value, parsed.data.policy?.secret_props.contentType) : undefined;
  return parsed.success && cer !== undefined ? { ...parsed.data, content: { cer } } : undefined;
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
