import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Asked } from '../../src/provider/ask.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import { readAuthority } from '../../src/provider/authority.ts';
import type { ProviderContext, SecretKeySelector } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { VaultConfig } from './config.ts';

export interface VaultRequest {
  /** LIST is a GET that says so. */
  readonly method: 'GET' | 'LIST' | 'PUT' | 'DELETE';
  /** Below `/v1/`, as Vault's documentation names it: `auth/token/create`. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: unknown;
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
  return {
    send: (request, signal) => send(requestOf(request, { server, fixed, tls: presented }), asked, signal),
    errorOf: (answer) => statusError(answer, asked),
  };
}

interface Connection {
  readonly server: string;
  readonly fixed: Readonly<Record<string, string>>;
  readonly tls: NonNullable<HttpRequest['tls']>;
}

function requestOf({ method, path, query = new URLSearchParams(), body, token, namespace }: VaultRequest, { server, fixed, tls }: Connection): HttpRequest {
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
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...fixed,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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
