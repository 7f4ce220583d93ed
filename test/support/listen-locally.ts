import { once } from 'node:events';
import type { Server } from 'node:http';
import { listeningPort } from './listening-port.ts';

/** Starts a server on a free port of the loopback address. `close` also cuts the connections that are open. */
export async function listenLocally(server: Server): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const port = await listeningPort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
