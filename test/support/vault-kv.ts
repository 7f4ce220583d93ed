import type { ServedAnswer, ServedRequest } from './moody-server.ts';

/** One mounted key-value engine, as Vault serves it: enough of its wire for an adapter, and nothing of an adapter. */
export interface VaultKv {
  /** Answers what is asked below the mount. */
  readonly answer: (path: string, request: ServedRequest) => ServedAnswer;
  /** The same engine as it was before the last write, at a node that has not heard of it. */
  readonly before: () => VaultKv;
}

interface Version {
  readonly data: unknown;
  readonly isDeleted: boolean;
}

interface Secret {
  readonly versions: readonly Version[];
  readonly custom: Readonly<Record<string, string>> | null;
}

type Secrets = ReadonlyMap<string, Secret>;

const nothing: ServedAnswer = { status: 404, body: { errors: [] } };
const created = '2026-01-01T00:00:00Z';

/** An error as Vault tells it. */
export function refused(status: number, ...errors: readonly string[]): ServedAnswer {
  return { status, body: { errors } };
}

function ok(data: unknown): ServedAnswer {
  return { body: { request_id: 'r-1', lease_id: '', renewable: false, lease_duration: 0, data, wrap_info: null, warnings: null, auth: null } };
}

function listed(names: Iterable<string>, folder: string): ServedAnswer {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const below = [...names].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const keys = [...new Set(below.map((name) => (name.includes('/') ? name.slice(0, name.indexOf('/') + 1) : name)))].toSorted();
  return keys.length === 0 ? nothing : ok({ keys });
}

function bodyOf({ body }: ServedRequest): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
}

/** Version v1: one value a key. */
export function createKv1(start: ReadonlyMap<string, unknown> = new Map()): VaultKv {
  let [values, earlier] = [start, start];
  const change = (next: ReadonlyMap<string, unknown>): ServedAnswer => {
    [earlier, values] = [values, next];
    return { status: 204 };
  };
  return {
    before: () => createKv1(earlier),
    answer: (path, request) => {
      if (request.query.get('list') === 'true') return listed(values.keys(), path);
      if (request.method === 'GET') return values.has(path) ? ok(values.get(path)) : nothing;
      if (request.method === 'PUT') return Object.keys(bodyOf(request)).length === 0 ? refused(400, 'missing data fields') : change(new Map([...values, [path, bodyOf(request)]]));
      return request.method === 'DELETE' ? change(new Map([...values].filter(([key]) => key !== path))) : refused(405, 'unsupported operation');
    },
  };
}

/** Version v2: versions with metadata, check-and-set, and deletions that leave traces. */
export function createKv2(start: Secrets = new Map()): VaultKv {
  let [secrets, earlier] = [start, start];
  const put = (key: string, secret: Secret): void => {
    [earlier, secrets] = [secrets, new Map([...secrets, [key, secret]])];
  };

  function data(key: string, request: ServedRequest): ServedAnswer {
    const secret = secrets.get(key) ?? { versions: [], custom: null };
    if (request.method === 'GET') return readVersion(secret, request.query.get('version') ?? '0');
    if (request.method === 'DELETE') {
      if (secret.versions.length > 0) put(key, { ...secret, versions: secret.versions.map((one, index) => (index === secret.versions.length - 1 ? { ...one, isDeleted: true } : one)) });
      return { status: 204 };
    }
    const { data: written, options } = bodyOf(request);
    const cas = typeof options === 'object' && options !== null && 'cas' in options ? options.cas : undefined;
    if (cas !== undefined && cas !== secret.versions.length) return refused(400, 'check-and-set parameter did not match the current version');
    if (typeof written !== 'object' || written === null) return refused(400, 'no data provided');
    const versions = [...secret.versions, { data: written, isDeleted: false }];
    put(key, { ...secret, versions });
    return ok({ version: versions.length, created_time: created, custom_metadata: secret.custom, deletion_time: '', destroyed: false });
  }

  function metadata(key: string, request: ServedRequest): ServedAnswer {
    const secret = secrets.get(key);
    if (request.query.get('list') === 'true') return listed(secrets.keys(), key);
    if (request.method === 'DELETE') {
      [earlier, secrets] = [secrets, new Map([...secrets].filter(([name]) => name !== key))];
      return { status: 204 };
    }
    if (request.method === 'GET') {
      return secret === undefined ? nothing : ok({ cas_required: false, created_time: created, current_version: secret.versions.length, custom_metadata: secret.custom, delete_version_after: '0s', max_versions: 0, versions: {} });
    }
    const { custom_metadata: custom } = bodyOf(request);
    const texts = typeof custom === 'object' && custom !== null ? Object.fromEntries(Object.entries(custom).map(([name, text]) => [name, String(text)])) : null;
    put(key, { versions: secret?.versions ?? [], custom: texts });
    return { status: 204 };
  }

  return {
    before: () => createKv2(earlier),
    answer: (path, request) => {
      const [, kind, key = ''] = /^(data|metadata)(?:\/(.*))?$/.exec(path) ?? [];
      if (kind === 'data' && key !== '') return data(key, request);
      if (kind === 'metadata') return metadata(key, request);
      return { status: 404, body: { data: null, warnings: ['Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use.'] } };
    },
  };
}

function readVersion({ versions, custom }: Secret, wanted: string): ServedAnswer {
  if (!/^\d+$/.test(wanted)) return refused(400, 'Field validation failed: error converting input for field "version"');
  const number = wanted === '0' ? versions.length : Number(wanted);
  const version = versions[number - 1];
  if (version === undefined) return nothing;
  const about = { created_time: created, custom_metadata: custom, deletion_time: version.isDeleted ? created : '', destroyed: false, version: number };
  if (!version.isDeleted) return ok({ data: version.data, metadata: about });
  return { status: 404, body: { request_id: 'r-1', data: { data: null, metadata: about }, warnings: null } };
}
