import { z } from 'zod';
import type { HttpClient, HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import { headerToken } from '../../src/provider/credential-text.ts';
import { parseJson } from '../../src/provider/json-request.ts';
import type { TokenSource } from '../../src/provider/login-token.ts';
import { sendWithToken } from '../../src/provider/login-token.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { DopplerConfig } from './config.ts';

export interface DopplerApiOptions {
  readonly http: HttpClient;
  readonly address: string;
  readonly config: Pick<DopplerConfig, 'project' | 'config'>;
  readonly tokens: TokenSource;
}

/** All secrets of the config, by name. `etag` is what Doppler calls this state of it. */
export interface Download {
  readonly secrets: ReadonlyMap<string, string>;
  readonly etag: string | undefined;
}

/** One secret: as it is written, and with what it refers to put in. */
export type OneSecret = { readonly kind: 'value'; readonly raw: string; readonly computed: string } | { readonly kind: 'hidden' | 'absent' };

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

const service = 'Doppler';
const downloadPath = '/v3/configs/config/secrets/download';
/** Bytes. A config may hold hundreds of secrets of some kilobytes. */
const largestAnswer = 8 * 1024 * 1024;

const texts = z.record(z.string(), z.string());
const oneSecret = z.object({
  value: z.object({
    raw: z.string().nullish(),
    computed: z.string().nullish(),
    rawVisibility: z.string().nullish(),
    computedVisibility: z.string().nullish(),
  }),
});

/** Doppler's API, as far as secrets of one config go. */
export class DopplerApi {
  readonly #options: DopplerApiOptions;

  constructor(options: DopplerApiOptions) {
    this.#options = options;
  }

  async download(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Download> {
    return this.#downloadOf(await this.#send({ method: 'GET', path: downloadPath, query: { ...query, format: 'json' } }, signal));
  }

  /** What `download` would give; undefined where the config still is in the state that is called so. */
  async downloadUnless(etag: string, signal: AbortSignal): Promise<Download | undefined> {
    const answer = await this.#send({ method: 'GET', path: downloadPath, query: { format: 'json' }, headers: { 'if-none-match': etag } }, signal);
    return answer.status === 304 ? undefined : this.#downloadOf(answer);
  }

  /** Asks for a secret that every config has. @throws ProviderError where the token may not read this one, or there is none */
  async requireConfig(signal: AbortSignal): Promise<void> {
    await this.download({ secrets: 'DOPPLER_CONFIG' }, signal);
  }

  /** All secrets as one file. */
  async downloadFile(format: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Uint8Array> {
    const headers = format === 'json' ? {} : { accept: 'text/plain' };
    const answer = await this.#send({ method: 'GET', path: downloadPath, query: { ...query, format }, headers }, signal);
    this.#expectSuccess(answer);
    return answer.body;
  }

  /** Says `absent` only where Doppler says so of this one secret. */
  async secret(name: string, signal: AbortSignal): Promise<OneSecret> {
    const answer = await this.#send({ method: 'GET', path: '/v3/configs/config/secret', query: { name } }, signal);
    if (answer.status === 404) {
      parseJson(answer, refusal, service);
      return { kind: 'absent' };
    }
    this.#expectSuccess(answer);
    const { raw, computed, rawVisibility, computedVisibility } = parseJson(answer, oneSecret, service).value;
    if (typeof computed === 'string') return { kind: 'value', computed, raw: raw ?? computed };
    if (computedVisibility === 'restricted' || rawVisibility === 'restricted') return { kind: 'hidden' };
    if (computed === null) return { kind: 'absent' };
    throw new ProviderError('unavailable', `${service} answers without the value of the secret`);
  }

  /** Sets secrets, or takes them away. */
  async change(changes: { readonly secrets?: Readonly<Record<string, string>>; readonly change_requests?: readonly unknown[] }, signal: AbortSignal): Promise<void> {
    const { project, config } = this.#options.config;
    const body = { ...changes, ...(project === undefined ? {} : { project }), ...(config === undefined ? {} : { config }) };
    this.#expectSuccess(await this.#send({ method: 'POST', path: '/v3/configs/config/secrets', body }, signal));
  }

  #downloadOf(answer: HttpResponse): Download {
    this.#expectSuccess(answer);
    return { secrets: new Map(Object.entries(parseJson(answer, texts, service))), etag: answer.headers['etag'] };
  }

  #expectSuccess(answer: HttpResponse): void {
    const { status } = answer;
    if (status >= 200 && status < 300) return;
    // a config that is not there says nothing of its secrets
    if (status === 404) throw new ProviderError('invalid', `${service} has no such project or config, or does not show it to this token (HTTP 404); check project and config`);
    throw statusError(answer, { service, advice: 'check the token, and that it may read the project and config of the store' });
  }

  #send(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    const { http, tokens } = this.#options;
    return sendWithToken(tokens, (token) => send(this.#requestOf(call, token), { http, service, advice: '' }, signal), signal);
  }

  #requestOf({ method, path, query = {}, headers = {}, body }: Call, token: SecretBytes): HttpRequest {
    const { address, config } = this.#options;
    const search = new URLSearchParams(query);
    if (method === 'GET' && config.project !== undefined) search.set('project', config.project);
    if (method === 'GET' && config.config !== undefined) search.set('config', config.config);
    const basic = Buffer.from(`${headerToken(token, 'auth.secretRef.dopplerToken')}:`).toString('base64');
    return {
      method,
      url: `${address}${path}${search.size === 0 ? '' : `?${search.toString()}`}`,
      headers: { accept: 'application/json', authorization: `Basic ${basic}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      largestAnswer,
    };
  }
}

/** The form of Doppler's refusals: something else may stand at the address, and its 404 says nothing. */
const refusal = z.object({ success: z.literal(false), messages: z.array(z.unknown()) });
