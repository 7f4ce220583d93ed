import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { listeningPort } from './listening-port.ts';

export interface SilentServer {
  /** As of a server that speaks HTTPS. */
  readonly url: string;
  /** Has been met once. */
  readonly met: Promise<void>;
  readonly close: () => Promise<void>;
}

/** A server on the loopback address that takes connections and whatever comes over them, and says nothing. */
export async function startSilentServer(): Promise<SilentServer> {
  const met = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).resume());
    met.resolve();
  });
  const port = await listeningPort(server);
  return {
    url: `https://127.0.0.1:${port}`,
    met: met.promise,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
