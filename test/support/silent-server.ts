import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

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
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    met: met.promise,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
