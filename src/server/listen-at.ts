import type { Server as HttpServer } from 'node:http';
import type { Clock } from '../lib/clock.ts';

/** A server that listens. */
export interface Server {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, lets open requests end, and resolves when all are gone; a second call waits for the same. */
  readonly close: () => Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  /** Milliseconds that open requests have to end after `close`; those that have not are cut. */
  readonly grace: number;
}

/**
 * Starts a server, and says where and how it ends. A malformed request gets the bare status line, and no word of what was wrong with it.
 * @throws the system's Error where the address cannot be had
 */
export async function listenAt(http: HttpServer, { host, port, clock, grace }: ListenOptions): Promise<Server> {
  http.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  await listen(http, host, port);
  const address = http.address();
  let closed: Promise<void> | undefined;
  return { host, port: typeof address === 'object' && address !== null ? address.port : port, close: () => (closed ??= close(http, { clock, grace })) };
}

function listen(http: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ host, port }, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

function close(http: HttpServer, { clock, grace }: Pick<ListenOptions, 'clock' | 'grace'>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(grace, () => http.closeAllConnections());
    http.close(() => {
      cancel();
      resolve();
    });
    http.closeIdleConnections();
  });
}
