import { createHash } from 'node:crypto';

/** The statuses of gRPC that the service refuses with. */
export type GcpStatus = 'INVALID_ARGUMENT' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION' | 'UNAVAILABLE' | 'UNAUTHENTICATED';

/** What the service answers in place of an answer. */
export class GcpRefusal extends Error {
  readonly status: GcpStatus;
  readonly reason: string | undefined;

  constructor(status: GcpStatus, message: string, reason?: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export type VersionState = 'ENABLED' | 'DISABLED' | 'DESTROYED';

interface StoredVersion {
  readonly number: number;
  readonly created: number;
  state: VersionState;
  data: Uint8Array;
}

/** A secret as it is kept. */
export interface StoredSecret {
  readonly id: string;
  /** Undefined: a secret of no region. */
  readonly location: string | undefined;
  readonly replication: unknown;
  readonly customerManagedEncryption: unknown;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  topics: readonly string[];
  etag: string;
  readonly versions: StoredVersion[];
}

export interface NewStoredSecret {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly topics?: readonly string[];
  readonly replication?: unknown;
  readonly customerManagedEncryption?: unknown;
}

const mostBytes = 65_536;

/** The secrets of one project, with the rules that Google has for them. */
export class GcpVault {
  readonly #secrets = new Map<string, StoredSecret>();
  #changes = 0;

  create(location: string | undefined, id: string, given: NewStoredSecret): StoredSecret {
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(id)) throw new GcpRefusal('INVALID_ARGUMENT', 'The provided Secret ID does not match the expected format [[a-zA-Z_0-9]+].');
    if (this.#secrets.has(placeOf(location, id))) throw new GcpRefusal('ALREADY_EXISTS', `Secret [${id}] already exists.`);
    const { labels = {}, annotations = {}, topics = [], replication, customerManagedEncryption } = given;
    checkReplication(location, replication, customerManagedEncryption);
    checkMarks(labels);
    const secret = { id, location, replication, customerManagedEncryption, labels, annotations, topics, etag: this.#newEtag(), versions: [] };
    this.#secrets.set(placeOf(location, id), secret);
    return secret;
  }

  get(location: string | undefined, id: string): StoredSecret {
    const secret = this.#secrets.get(placeOf(location, id));
    if (secret === undefined) throw new GcpRefusal('NOT_FOUND', `Secret [${id}] not found.`);
    return secret;
  }

  list(location: string | undefined): readonly StoredSecret[] {
    return [...this.#secrets.values()].filter((secret) => secret.location === location);
  }

  update(secret: StoredSecret, etag: string, change: Pick<NewStoredSecret, 'labels' | 'annotations' | 'topics'>): void {
    this.checkEtag(secret, etag);
    checkMarks(change.labels ?? {});
    Object.assign(secret, change, { etag: this.#newEtag() });
  }

  delete(secret: StoredSecret, etag: string): void {
    this.checkEtag(secret, etag);
    this.#secrets.delete(placeOf(secret.location, secret.id));
  }

  add(secret: StoredSecret, data: Uint8Array): StoredVersion {
    if (data.length === 0) throw new GcpRefusal('INVALID_ARGUMENT', 'Field [payload] is required.');
    if (data.length > mostBytes) throw new GcpRefusal('INVALID_ARGUMENT', `The payload size of ${data.length} bytes exceeds the maximum of ${mostBytes} bytes.`);
    const version: StoredVersion = { number: secret.versions.length + 1, created: 1_700_000_000 + (this.#changes += 1), state: 'ENABLED', data };
    secret.versions.push(version);
    return version;
  }

  /** The version of this name that has a value. */
  access(secret: StoredSecret, name: string): StoredVersion {
    if (!/^[A-Za-z0-9_-]{1,63}$/.test(name)) throw new GcpRefusal('INVALID_ARGUMENT', 'The provided version is malformed.');
    const version = name === 'latest' ? secret.versions.at(-1) : secret.versions.find(({ number }) => String(number) === name);
    if (version === undefined) throw new GcpRefusal('NOT_FOUND', `Secret Version [${name}] not found or has no versions.`);
    if (version.state !== 'ENABLED') throw new GcpRefusal('FAILED_PRECONDITION', `Secret Version [${name}] is in ${version.state} state.`);
    return version;
  }

  setState(secret: StoredSecret, number: number, state: VersionState): void {
    const version = secret.versions.find((one) => one.number === number);
    if (version === undefined) throw new Error('no such version');
    version.state = state;
    if (state === 'DESTROYED') version.data = new Uint8Array();
  }

  checkEtag(secret: StoredSecret, etag: string): void {
    if (etag !== '' && etag !== secret.etag) throw new GcpRefusal('FAILED_PRECONDITION', 'The etag provided does not match the current one.');
  }

  #newEtag(): string {
    this.#changes += 1;
    return `"${createHash('sha256').update(String(this.#changes)).digest('hex').slice(0, 14)}"`;
  }
}

function placeOf(location: string | undefined, id: string): string {
  return `${location ?? ''}/${id}`;
}

function checkReplication(location: string | undefined, replication: unknown, encryption: unknown): void {
  if (location !== undefined && replication !== undefined) throw new GcpRefusal('INVALID_ARGUMENT', 'Replication must not be set for regional secrets.');
  if (location === undefined && replication === undefined) throw new GcpRefusal('INVALID_ARGUMENT', 'Secret.replication must be provided.');
  if (location === undefined && encryption !== undefined) throw new GcpRefusal('INVALID_ARGUMENT', 'customer_managed_encryption is for regional secrets.');
  if (JSON.stringify(replication ?? {}).includes('"location":""')) throw new GcpRefusal('INVALID_ARGUMENT', 'Replica.location must be provided.');
}

function checkMarks(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  const fine = entries.every(([key, value]) => /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key) && /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value));
  if (entries.length > 64 || !fine) throw new GcpRefusal('INVALID_ARGUMENT', 'Labels do not match the expected format.');
}
