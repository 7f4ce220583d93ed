import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Asked } from '../../src/provider/ask.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import { readAuthority } from '../../src/provider/authority.ts';
import type { ProviderContext, SecretKeySelector } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { VaultConfig } from './config.ts';
import { ReplicationState } from './replication-state.ts';

export interface VaultRequest {
  /** LIST is a GET that says so. */
  readonly method: 'GET' | 'LIST' | 'PUT' | 'DELETE';
  /** Below `/v1/`, as Vault's documentation names it: `auth/token/create`. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: unknown;
  /** The body as JSON that is written already, instead: what `JSON.parse` would lose digits of. */
  readonly json?: string;
  /** Milliseconds; absent: as long as any request may take. */
  readonly timeout?: number;
  readonly token?: SecretBytes | undefined;
  readonly namespace?: string | undefined;
}

/** One Vault, as whoever. */
export interface VaultApi {
  /** Any answer with a status is one. @throws ProviderError where there is none; the signal's reason */
  readonly send: (request: VaultRequest, signal: AbortSignal) => Promise<HttpResponse>;
  /** What an answer means that does not say success. */
  readonly errorOf: (answer: HttpResponse) => ProviderError;
}

/** Reads the certificates that a configuration names. Nothing is sent. */
export async function openVaultApi(config: VaultConfig, context: ProviderContext): Promise<VaultApi> {
  const { auth = {}, tls = {}, server, headers = {}, readYourWrites, forwardInconsistent } = config;
  const certificate = auth.cert === undefined ? { cert: tls.certSecretRef, key: tls.keySecretRef } : { cert: auth.cert.clientCert, key: auth.cert.secretRef };
  const text = async (selector: SecretKeySelector | undefined): Promise<string | undefined> => (selector === undefined ? undefined : textOf(await context.secret(selector)));
  const [ca, cert, key] = await Promise.all([readAuthority(config, context), text(certificate.cert), text(certificate.key)]);
  const presented = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  const asked: Asked = { http: context.http, service: 'Vault', advice: 'check auth, and the policies of its role' };
  const fixed = { ...headers, ...(readYourWrites === true && forwardInconsistent === true ? { 'X-Vault-Inconsistent': 'forward-active-node' } : {}) };
  // either of the two asks for it, as in External Secrets
  const state = readYourWrites === true || forwardInconsistent === true ? new ReplicationState() : undefined;
  return {
    send: async (request, signal) => {
      const index = state?.header === undefined ? {} : { 'X-Vault-Index': state.header };
      const answer = await send(requestOf(request, { server, fixed: { ...index, ...fixed }, tls: presented }), asked, signal);
      state?.note(answer.headers['x-vault-index']);
      return answer;
    },
    errorOf: (answer) => passing[answer.status]?.() ?? statusError(answer, asked),
  };
}

/** Statuses of Vault's own that pass by themselves. */
const passing: Readonly<Record<number, () => ProviderError>> = {
  412: () => new ProviderError('unavailable', 'Vault has not yet heard of the last write at the node that answers (HTTP 412)'),
  472: () => new ProviderError('unavailable', 'Vault is a secondary for disaster recovery, and answers nothing until it is promoted (HTTP 472)'),
  473: () => new ProviderError('unavailable', 'Vault is a standby node that answers nothing (HTTP 473)'),
  503: () => new ProviderError('unavailable', 'Vault is sealed, or not available (HTTP 503)'),
};

interface Connection {
  readonly server: string;
  readonly fixed: Readonly<Record<string, string>>;
  readonly tls: NonNullable<HttpRequest['tls']>;
}

function requestOf({ method, path, query = new URLSearchParams(), body, json = body === undefined ? undefined : JSON.stringify(body), timeout, token, namespace }: VaultRequest, { server, fixed, tls }: Connection): HttpRequest {
  const search = new URLSearchParams(query);
  if (method === 'LIST') search.set('list', 'true');
  const tail = search.size === 0 ? '' : `?${search.toString()}`;
  return {
    method: method === 'LIST' ? 'GET' : method,
    url: `${server.replace(/\/+$/, '')}/v1/${encodePath(path)}${tail}`,
    headers: {
      'X-Vault-Request': 'true',
      ...(namespace === undefined || namespace === '' ? {} : { 'X-Vault-Namespace': namespace }),
      ...(token === undefined ? {} : { 'X-Vault-Token': headerOf(token) }),
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...fixed,
    },
    ...(json === undefined ? {} : { body: json }),
    ...(timeout === undefined ? {} : { timeout }),
    tls,
  };
}

/** @throws ProviderError `invalid` for a path that leads out of itself */
function encodePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..')) throw new ProviderError('invalid', 'a path of Vault must not hold . or .. as a part');
  return parts.map((part) => encodeURIComponent(part)).join('/');
}

/** A token as it was pasted: a line break at the end is not a part of it. */
function headerOf(token: SecretBytes): string {
  const text = textOf(token).trim();
  if (/^[!-~]+$/.test(text)) return text;
  throw new ProviderError('invalid', `the token of Vault is ${text === '' ? 'empty' : 'not plain text without spaces'}; check the Secret that auth.tokenSecretRef names`);
}

/** The text of a credential. */
export function textOf(secret: SecretBytes): string {
  return Buffer.from(secret.reveal()).toString('utf8');
}
