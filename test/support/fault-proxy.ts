import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that does what networks do. It sees bytes only, so TLS goes through it untouched. */
export interface FaultProxy {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** How many connections it has taken since it was made. */
  readonly accepted: () => number;
  /** How many are open now. */
  readonly open: () => number;
  /** Bytes the server has sent, TLS included. */
  readonly received: () => number;
  /** Resets every open connection. */
  readonly cut: () => void;
  /** From now on no byte goes through the connections that are open, and neither end is told; new connections are not touched. */
  readonly hang: () => void;
  /** While `true`, connections are reset and new ones too: the server cannot be reached. */
  readonly refuse: (refused: boolean) => void;
  /** Holds back everything the server sends by so many milliseconds. */
  readonly delay: (ms: number) => void;
  readonly close: () => Promise<void>;
}

/** @param target URL of the server behind it */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let accepted = 0;
  let received = 0;
  let refused = false;
  let delay = 0;
  const server = createServer((client) => {
    accepted += 1;
    if (refused) {
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, upstream: connect(Number(port), hostname), hanging: false, held: Promise.resolve() };
    pairs.add(pair);
    pair.upstream.on('data', (chunk) => (received += chunk.length));
    join(pair, () => delay, () => pairs.delete(pair));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const cut = (): void => {
    for (const { client, upstream } of pairs) for (const socket of [client, upstream]) socket.resetAndDestroy();
  };
  return {
    url: `https://127.0.0.1:${address.port}`,
    accepted: () => accepted,
    open: () => [...pairs].filter(({ client }) => !client.destroyed).length,
    received: () => received,
    cut,
    hang: () => {
      for (const pair of pairs) pair.hanging = true;
    },
    refuse: (value) => {
      refused = value;
      if (value) cut();
    },
    delay: (ms) => {
      delay = ms;
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  hanging: boolean;
  /** What the server sent, in order, as far as it is held back. */
  held: Promise<void>;
}

function join(pair: Pair, delay: () => number, onClose: () => void): void {
  const { client, upstream } = pair;
  // what a hanging pair sends is swallowed, ends included, as by a router that has forgotten the connection
  const pass = (run: () => void): void => {
    if (!pair.hanging) run();
  };
  const passLater = (run: () => void): void => {
    const before = pair.held;
    pair.held = (async () => {
      await before;
      if (delay() > 0) await new Promise((resolve) => setTimeout(resolve, delay()));
      pass(run);
    })();
  };
  client.on('data', (chunk) => pass(() => upstream.write(chunk)));
  client.on('end', () => pass(() => upstream.end()));
  upstream.on('data', (chunk) => passLater(() => client.write(chunk)));
  upstream.on('end', () => passLater(() => client.end()));
  for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
    socket.on('error', () => pass(() => other.resetAndDestroy()));
    socket.on('close', () => {
      if (client.destroyed && upstream.destroyed) onClose();
    });
  }
}
