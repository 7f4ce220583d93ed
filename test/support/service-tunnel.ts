import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Leads an API server's proxy of Services to programs on loopback. */
export interface ServiceTunnel {
  /** For kube-apiserver. */
  readonly flags: readonly string[];
  /** From now on all connections to pods go to this port of loopback. */
  readonly leadTo: (port: number) => void;
  readonly close: () => Promise<void>;
}

/**
 * The API server connects to pods, and a pod's address is never one of loopback. Told that pods are behind a proxy, as where the control
 * plane has a network of its own, it asks that proxy for a connection (HTTP CONNECT on a socket in a folder): this one.
 */
export async function openServiceTunnel(): Promise<ServiceTunnel> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-tunnel-'));
  const [path, config] = [join(folder, 'socket'), join(folder, 'egress.json')];
  const egress = { name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: path } } } };
  writeFileSync(config, JSON.stringify({ apiVersion: 'apiserver.k8s.io/v1beta1', kind: 'EgressSelectorConfiguration', egressSelections: [egress] }));
  const open = new Set<Duplex>();
  let port = 0;
  const server = createServer();
  server.on('connect', (_request: IncomingMessage, from: Duplex) => {
    const to: Socket = connect(port, '127.0.0.1', () => {
      from.write('HTTP/1.1 200 Connection established\r\n\r\n');
      from.pipe(to).pipe(from);
    });
    for (const [one, other] of [[from, to], [to, from]] as const) {
      open.add(one);
      one.on('error', () => other.destroy()).on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  return {
    flags: [`--egress-selector-config-file=${config}`],
    leadTo: (to) => {
      port = to;
      // a connection that is kept alive would lead to whom it was opened for
      for (const one of open) one.destroy();
    },
    close: async () => {
      for (const one of open) one.destroy();
      await new Promise((resolve) => void server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
