import { Pool } from 'undici';
import { KubeError } from '../kube-error.ts';
import type { Authorization } from './cluster-access.ts';

/** Connections for requests, which come back to the pool, and for watches, each of which keeps its own for minutes. */
export interface Connections {
  readonly requests: Pool;
  readonly watches: Pool;
}

/** How many requests are under way at once; the others wait for a connection. */
const mostRequests = 32;
/**
 * Watches have no bound of their own: each stands for minutes, so one that waited for a connection would wait unseen. Their number
 * is bounded by who starts them: a watch for each kind, or for each kind and namespace where the controller is confined.
 */
const mostWatches = null;
/** A dead peer is noticed within half a minute: silence for this long, then the system's ten probes a second apart. */
const probeAfter = 15_000;
/** The API server drops idle connections after 90 s, load balancers after 60 s: we are earlier, so that a request never meets a closed door. */
const idleFor = 30_000;
const connectWithin = 10_000;

/**
 * The connections to one API server under one identity, over HTTP/1.1: HTTP/2 saves connections but no time (0.4 ms a request
 * either way, eight at once), fails what is under way when the server sends GOAWAY to balance its load, and does not notice
 * that its one connection hangs half-open, where here each deadline takes a dead connection with it. New certificates or a new CA make new pools; what runs on the old
 * ones ends in peace.
 */
export class ConnectionPools {
  readonly #origin: string;
  #current: (Connections & { readonly id: string }) | undefined;
  #closed = false;

  /** @param origin scheme, host and port */
  constructor(origin: string) {
    this.#origin = origin;
  }

  for(authorization: Authorization): Connections {
    if (this.#closed) throw new KubeError('unavailable', 'the cluster has been closed');
    if (this.#current?.id === authorization.connectionId) return this.#current;
    const old = this.#current;
    this.#current = { id: authorization.connectionId, requests: this.#open(authorization, mostRequests), watches: this.#open(authorization, mostWatches) };
    if (old !== undefined) void Promise.allSettled([old.requests.close(), old.watches.close()]);
    return this.#current;
  }

  /** Drops every connection at once; whoever closes has waited for what matters. */
  async close(): Promise<void> {
    this.#closed = true;
    const { requests, watches } = this.#current ?? {};
    this.#current = undefined;
    await Promise.all([requests?.destroy(), watches?.destroy()]);
  }

  #open({ tls }: Authorization, connections: number | null): Pool {
    return new Pool(this.#origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: idleFor,
      keepAliveMaxTimeout: idleFor,
      // every call has a deadline of its own, and a watch may be silent
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ...tls, timeout: connectWithin, keepAlive: true, keepAliveInitialDelay: probeAfter },
    });
  }
}
