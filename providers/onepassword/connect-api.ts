import { z } from 'zod';
import type { HttpClient, HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import { withAnswerBudget } from '../../src/provider/answer-budget.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import { parseJson, peekJson } from '../../src/provider/json-request.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { FullItem, ItemSummary } from './item.ts';
import { fullItem, itemSummary } from './item.ts';

export interface ConnectApiOptions {
  readonly http: HttpClient;
  readonly host: string;
  readonly token: string;
}

/** Where an item is. */
export interface ItemPlace {
  readonly vault: string;
  readonly id: string;
}

const service = 'the Connect server of 1Password';
/** Bytes of a list: a vault may have thousands of items, each of some hundred bytes there. */
const largestList = 16 * 1024 * 1024;
/** Bytes of a file: as many as a Secret holds. */
export const largestFile = 1024 * 1024;
/** Bytes of an item without its files. */
const largestItem = 1024 * 1024;

const vault = z.object({ id: z.string().min(1), name: z.string().nullish() });
/** The form of its refusals: something else may stand at the address, and its 404 says nothing. */
const refusal = z.object({ status: z.literal(404) });

/** The API of a Connect server. */
export class ConnectApi {
  readonly #options: ConnectApiOptions;

  constructor(options: ConnectApiOptions) {
    this.#options = options;
  }

  /** The same for one search or one batch, which has a bound of bytes. @param most of them */
  bounded(most?: number): ConnectApi {
    return new ConnectApi({ ...this.#options, http: withAnswerBudget(this.#options.http, service, most) });
  }

  /** The vaults that the token may see. */
  async vaults(signal: AbortSignal): Promise<readonly z.output<typeof vault>[]> {
    const answer = this.#expectSuccess(await this.#send({ method: 'GET', path: '/v1/vaults', largestAnswer: largestList }, signal), 'list vaults');
    return parseJson(answer, z.array(vault), service);
  }

  /** The items of a vault. @param title only those of just this title; must hold no quote and no backslash */
  async items(inVault: string, title: string | undefined, signal: AbortSignal): Promise<readonly ItemSummary[]> {
    const filter = title === undefined ? '' : `?${new URLSearchParams({ filter: `title eq "${title}"` }).toString()}`;
    const answer = await this.#send({ method: 'GET', path: `${pathOf(inVault)}${filter}`, largestAnswer: largestList }, signal);
    if (answer.status === 404) throw new ProviderError('denied', `${service} has no such vault any more, or does not show it to this token (HTTP 404)`);
    return parseJson(this.#expectSuccess(answer, 'list the items of a vault'), z.array(itemSummary), service);
  }

  /** An item as a whole; undefined where it is not there. */
  async item({ vault: inVault, id }: ItemPlace, signal: AbortSignal): Promise<FullItem | undefined> {
    const answer = await this.#send({ method: 'GET', path: `${pathOf(inVault)}/${encodeURIComponent(id)}`, largestAnswer: largestItem }, signal);
    return isAbsent(answer) ? undefined : parseJson(this.#expectSuccess(answer, 'read an item'), fullItem, service);
  }

  /** The bytes of a file; undefined where it is not there. */
  async file({ vault: inVault, id }: ItemPlace, file: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const path = `${pathOf(inVault)}/${encodeURIComponent(id)}/files/${encodeURIComponent(file)}/content`;
    const answer = await this.#send({ method: 'GET', path, largestAnswer: largestFile }, signal);
    return isAbsent(answer) ? undefined : this.#expectSuccess(answer, 'read a file').body;
  }

  /** Makes an item. Returns it as it is kept. */
  async create(inVault: string, item: unknown, signal: AbortSignal): Promise<FullItem> {
    return parseJson(this.#expectSuccess(await this.#send({ method: 'POST', path: pathOf(inVault), body: item }, signal), 'make an item'), fullItem, service);
  }

  /** Puts an item in the place of the one that is there. */
  async replace({ vault: inVault, id }: ItemPlace, item: FullItem, signal: AbortSignal): Promise<FullItem> {
    return parseJson(this.#expectSuccess(await this.#send({ method: 'PUT', path: `${pathOf(inVault)}/${encodeURIComponent(id)}`, body: item }, signal), 'change an item'), fullItem, service);
  }

  /** @returns whether it was there */
  async delete({ vault: inVault, id }: ItemPlace, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#send({ method: 'DELETE', path: `${pathOf(inVault)}/${encodeURIComponent(id)}` }, signal);
    if (isAbsent(answer)) return false;
    this.#expectSuccess(answer, 'delete an item');
    return true;
  }

  #expectSuccess(answer: HttpResponse, what: string): HttpResponse {
    const { status } = answer;
    if (status >= 200 && status < 300) return answer;
    if (status === 403) throw new ProviderError('denied', `${service} does not let the token ${what} (HTTP 403)`);
    throw statusError(answer, { service, advice: 'check auth.secretRef.connectTokenSecretRef' });
  }

  #send({ method, path, body, largestAnswer }: Pick<HttpRequest, 'method' | 'largestAnswer'> & { readonly path: string; readonly body?: unknown }, signal: AbortSignal): Promise<HttpResponse> {
    const { http, host, token } = this.#options;
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { accept: 'application/json', authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const request: HttpRequest = { method, url: `${host}${path}`, headers, ...content, ...(largestAnswer === undefined ? {} : { largestAnswer }) };
    return send(request, { http, service, advice: '' }, signal);
  }
}

function pathOf(inVault: string): string {
  return `/v1/vaults/${encodeURIComponent(inVault)}/items`;
}

/** @throws ProviderError `unavailable` for a 404 that is not the Connect server's own */
function isAbsent(answer: HttpResponse): boolean {
  if (answer.status !== 404) return false;
  if (peekJson(answer, refusal) !== undefined) return true;
  throw new ProviderError('unavailable', `${service} does not answer as one does (HTTP 404); check connectHost`);
}
