import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openCluster, type OpenClusterOptions } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { listenLocally } from './listen-locally.ts';

/** Answers one request; what a real API server cannot be made to answer is tested with it. */
export type ApiScript = (request: IncomingMessage, response: ServerResponse) => void;

interface ScriptedApiServer {
  readonly kubeconfig: string;
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

export interface ScriptedOptions extends OpenClusterOptions {
  /** Below which the server claims to live, as behind a proxy that serves several clusters. */
  readonly path?: string;
}

export interface ScriptedCluster {
  readonly cluster: Cluster;
  /** `METHOD path?query` of every request so far. */
  readonly requests: readonly string[];
}

/** Call it once at the top of a test file. What it answers opens a cluster on a server of its own; both are closed after the test. */
export function useScriptedClusters(): (script: ApiScript, options?: ScriptedOptions) => Promise<ScriptedCluster> {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  return async (script, { path = '', ...options } = {}) => {
    const server = await startServer(script, path);
    closing.push(server.close);
    const cluster = await openCluster({ ...options, kubeconfig: server.kubeconfig });
    closing.push(cluster.close);
    return { cluster, requests: server.requests };
  };
}

async function startServer(script: ApiScript, path: string): Promise<ScriptedApiServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    // a request is heard out before it is answered
    request.resume().on('end', () => script(request, response));
  });
  const { url, close } = await listenLocally(server);
  const folder = mkdtempSync(join(tmpdir(), 'prelude-scripted-api-'));
  const kubeconfig = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'scripted',
    clusters: [{ name: 'scripted', cluster: { server: `${url}${path}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'scripted', user: { token: 'planted-token' } }],
    contexts: [{ name: 'scripted', context: { cluster: 'scripted', user: 'scripted' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return {
    kubeconfig,
    requests,
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Answers JSON. */
export function answer(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A `Status` of the API server. */
export function statusOf(code: number, reason: string, message: string, details: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message, details };
}
