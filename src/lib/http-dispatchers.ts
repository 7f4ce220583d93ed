import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Agent } from 'undici';
import type { AddressRules } from './address-rules.ts';
import type { ResolveName } from './guarded-lookup.ts';
import { guardedLookup } from './guarded-lookup.ts';
import type { HttpRequest } from './http.ts';
import { HttpError } from './http.ts';

type Tls = NonNullable<HttpRequest['tls']>;

export interface HttpDispatchersOptions {
  readonly rules: AddressRules;
  readonly resolve?: ResolveName;
}

/** Each has its own connections: one for those that trust the system, and one for each set of certificates. */
const mostDispatchers = 32;
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
  readonly #agents = new Map<string, Agent>();
  #closed = false;

  constructor(options: HttpDispatchersOptions) {
    this.#options = options;
  }

  /** @throws HttpError `invalid` for certificates that are none */
  async for(tls: Tls): Promise<Agent> {
    const { Agent } = await import('undici');
    if (this.#closed) throw new HttpError('unreachable', 'Prelude is shutting down');
    const key = keyOf(tls);
    const agent = this.#agents.get(key) ?? this.#open(Agent, tls);
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    for (const [oldest, evicted] of this.#agents) {
      if (this.#agents.size <= mostDispatchers) break;
      this.#agents.delete(oldest);
      // what is under way on it ends in peace
      void evicted.close();
    }
    return agent;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #open(Constructor: typeof Agent, tls: Tls): Agent {
    verify(tls);
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

function verify({ ca, cert, key }: Tls): void {
  try {
    // Node takes a bundle that holds nothing for one that trusts nobody, and says so of the server
    if (ca !== undefined) verifyBundle(ca);
    createSecureContext({ ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) });
  } catch {
    // OpenSSL's words may quote the input
    throw new HttpError('invalid', 'the CA bundle, the client certificate or its key is not in PEM, or the key is not that of the certificate');
  }
}

function verifyBundle(ca: string): void {
  const certificates = ca.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END /gs) ?? [];
  if (certificates.length === 0) throw new Error('empty');
  // the constructor throws for what is none
  for (const certificate of certificates) if (new X509Certificate(`${certificate}CERTIFICATE-----`).raw.length === 0) throw new Error('empty');
}
