import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Agent } from 'undici';
import type { AddressRules } from './address-rules.ts';
import type { ResolveName } from './guarded-lookup.ts';
import { guardedLookup } from './guarded-lookup.ts';
import type { HttpRequest } from './http.ts';
import { HttpError } from './http.ts';

type Tls = NonNullable<HttpRequest['tls']>;

interface Pooled {
  readonly agent: Agent;
  /** Requests under way on it. */
  users: number;
  /** No longer given out; closed with the last request. */
  evicted: boolean;
}

export interface HttpDispatchersOptions {
  readonly rules: AddressRules;
  readonly resolve?: ResolveName;
}

/** Each has its own connections: one for those that trust the system, and one for each set of certificates. */
const mostDispatchers = 32;
/** Bytes of a bundle: twice what a system trusts. */
const largestBundle = 512 * 1024;
const mostRefused = 1024;
const beginnings = ['-----BEGIN CERTIFICATE-----', '-----BEGIN TRUSTED CERTIFICATE-----', '-----BEGIN X509 CERTIFICATE-----'];
/** To one server at once; more requests wait for their turn, within their deadline. */
const mostConnections = 8;
/** Less than what servers keep idle connections for, so that a request seldom meets a closed door. */
const idleFor = 4_000;
/** A request's deadline ends the request; this ends the attempt to connect that it leaves behind. */
const connectWithin = 10_000;

/** Connections for requests, by the certificates that these are made with: none is ever used for another's. */
export class HttpDispatchers {
  readonly #options: HttpDispatchersOptions;
  // a Map keeps the order of insertion: what is used is inserted anew
  readonly #agents = new Map<string, Pooled>();
  /** Certificates that were refused: looking at them again costs as much as the first time. */
  readonly #refused = new Set<string>();
  #closed = false;

  constructor(options: HttpDispatchersOptions) {
    this.#options = options;
  }

  /**
   * Does something with the connections for these certificates, which stay open until it is done.
   * @throws HttpError `invalid` for certificates that are none
   */
  async use<T>(tls: Tls, act: (agent: Agent) => Promise<T>): Promise<T> {
    const { HttpAgent } = await import('./http-agent.ts');
    if (this.#closed) throw new HttpError('unreachable', 'Prelude is shutting down');
    const pooled = this.#take(HttpAgent, tls);
    pooled.users += 1;
    try {
      return await act(pooled.agent);
    } finally {
      pooled.users -= 1;
      if (pooled.evicted && pooled.users === 0) void pooled.agent.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map(({ agent }) => agent.destroy()));
  }

  #take(Constructor: typeof Agent, tls: Tls): Pooled {
    const key = keyOf(tls);
    const pooled = this.#agents.get(key) ?? { agent: this.#open(Constructor, tls, key), users: 0, evicted: false };
    this.#agents.delete(key);
    this.#agents.set(key, pooled);
    for (const [oldest, one] of this.#agents) {
      if (this.#agents.size <= mostDispatchers) break;
      this.#agents.delete(oldest);
      one.evicted = true;
      if (one.users === 0) void one.agent.close();
    }
    return pooled;
  }

  #open(Constructor: typeof Agent, tls: Tls, key: string): Agent {
    if (this.#refused.has(key)) throw refusal();
    if (!isSound(tls)) {
      if (this.#refused.size >= mostRefused) this.#refused.clear();
      this.#refused.add(key);
      throw refusal();
    }
    const { rules, resolve } = this.#options;
    return new Constructor({
      connections: mostConnections,
      allowH2: false,
      keepAliveTimeout: idleFor,
      keepAliveMaxTimeout: idleFor,
      // every request has a deadline of its own
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ...tls, lookup: guardedLookup(rules, resolve), timeout: connectWithin },
    });
  }
}

/** Says nothing about what it was made from. */
function keyOf({ ca = '', cert = '', key = '' }: Tls): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key]) hash.update(`${part.length}:${part}`);
  return hash.digest('base64');
}

function refusal(): HttpError {
  return new HttpError('invalid', 'the CA bundle, the client certificate or its key is not in PEM, is too large, or the key is not that of the certificate');
}

function isSound({ ca, cert, key }: Tls): boolean {
  try {
    // Node takes a bundle that holds nothing for one that trusts nobody, and says so of the server
    if (ca !== undefined && !isBundle(ca)) return false;
    createSecureContext({ ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) });
    return true;
  } catch {
    // OpenSSL's words may quote the input
    return false;
  }
}

/** Whether a text holds certificates, each of which can be read. It is gone over once, however often it begins one. */
function isBundle(ca: string): boolean {
  if (ca.length > largestBundle) return false;
  let found = 0;
  for (let end = 0; ; found += 1) {
    const start = nextOf(ca, end);
    if (start === undefined) return found > 0;
    end = ca.indexOf('-----END ', start);
    if (end < 0) return false;
    // the constructor throws for what is none
    if (new X509Certificate(`${ca.slice(start, end)}-----END CERTIFICATE-----`.replace(/^-----BEGIN [A-Z0-9 ]*-----/, '-----BEGIN CERTIFICATE-----')).raw.length === 0) return false;
  }
}

/** Where the next certificate begins. */
function nextOf(ca: string, from: number): number | undefined {
  for (let at = ca.indexOf('-----BEGIN ', from); at >= 0; at = ca.indexOf('-----BEGIN ', at + 1)) {
    if (beginnings.some((beginning) => ca.startsWith(beginning, at))) return at;
  }
  return undefined;
}
