import { createServer } from 'node:http';
import { connect } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createAuthority } from './certificate.ts';

/** A proxy behind which every one of some hosts is the same server. */
export interface TlsFront {
  /** For `HTTPS_PROXY`. */
  readonly url: string;
  /** PEM of who vouches for the hosts: for `SSL_CERT_FILE`. */
  readonly authority: string;
  readonly close: () => Promise<void>;
}

/**
 * Lets a program that knows a service by its name and by HTTPS alone speak with a server of the test: what it sends is decrypted under a
 * certificate for that name, and handed on.
 * @param port of the server, which is told the host by the header
 */
export async function startTlsFront(port: number, hosts: readonly string[]): Promise<TlsFront> {
  const authority = createAuthority('services of the test');
  const { cert, key } = authority.issue({ commonName: 'services', hosts });
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, socket) => {
    const host = (request.url ?? '').replace(/:443$/, '');
    if (!hosts.includes(host)) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    const secure = new TLSSocket(socket, { isServer: true, cert, key });
    const onward = connect(port, '127.0.0.1');
    for (const end of [secure, onward, socket]) {
      end.on('error', () => {
        secure.destroy();
        onward.destroy();
      });
    }
    secure.pipe(onward).pipe(secure);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    authority: authority.cert,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
