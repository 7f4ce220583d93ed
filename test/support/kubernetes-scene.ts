import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { kubernetes } from '../../providers/kubernetes/index.ts';
import { createFakeClock } from './fake-clock.ts';
import { noContext } from './generator-context.ts';

const never = new AbortController().signal;
export const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
export const registry = createRegistry([erase(kubernetes)]);

export const server = { url: 'https://api.example.com:6443', caBundle: Buffer.from(pem).toString('base64') };
export const withToken = { server, auth: { token: { bearerToken: { name: 'creds', key: 'token' } } } };

/** A client of the adapter, and what it has asked. */
export interface Scene {
  readonly requests: HttpRequest[];
  readonly connect: (config?: object, context?: Partial<ProviderContext>) => Promise<ProviderClient>;
}

/** What the API server answers. */
export type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: HttpResponse['headers'] };

/** An API server that answers as a test says; all else is the adapter's own. */
export function openScene(answer: (request: HttpRequest, count: number) => Answer | Error): Scene {
  const requests: HttpRequest[] = [];
  const http: ProviderContext['http'] = (request) => {
    requests.push(request);
    const given = answer(request, requests.length);
    if (given instanceof Error) return Promise.reject(given);
    const { status, body = {}, headers = {} } = given;
    return Promise.resolve({ status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });
  };
  return {
    requests,
    connect: (config = withToken, context = {}) =>
      registry.configure({ kubernetes: config }).connect({ ...noContext, clock: createFakeClock(), http, secret: async () => SecretBytes.fromUtf8('bearer-token\n'), ...context }, never),
  };
}

/** The Secret `a` as the API server has it. */
export function secretOf(data: Readonly<Record<string, string | Uint8Array>>, metadata: object = {}): object {
  const entries = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', uid: 'u', resourceVersion: '7', ...metadata }, type: 'Opaque', data: Object.fromEntries(entries) };
}

/** A failure in Kubernetes' words. */
export function statusOf(status: number, reason: string): Answer {
  return { status, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code: status } };
}
