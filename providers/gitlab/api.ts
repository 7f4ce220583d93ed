import { z } from 'zod';
import type { HttpClient, HttpResponse } from '../../src/lib/http.ts';
import { withAnswerBudget } from '../../src/provider/answer-budget.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import { parseJson, peekJson } from '../../src/provider/json-request.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

export interface GitlabApiOptions {
  readonly http: HttpClient;
  /** Without `/api/v4`. */
  readonly url: string;
  readonly token: string;
  /** PEM; absent: the system's authorities. */
  readonly ca?: string;
}

/** Whose variables are meant. */
export interface Owner {
  readonly kind: 'project' | 'group';
  /** A number, or a path. */
  readonly id: string;
}

const variable = z.object({
  key: z.string(),
  /** GitLab does not show the value of a hidden variable. */
  value: z.string().nullish(),
  hidden: z.boolean().nullish(),
  environment_scope: z.string().nullish(),
});

export type Variable = z.output<typeof variable>;

const service = 'GitLab';
const pageSize = 100;
/** More than GitLab lets a group or project have. */
const mostPages = 400;
/** How often a list that changed while it was read is begun anew. */
const mostLists = 3;
/** Bytes of one page: a value has 10,000 characters at the most. */
const largestPage = 8 * 1024 * 1024;
/** Bytes of one variable. */
const largestVariable = 1024 * 1024;

const group = z.object({ id: z.union([z.number(), z.string()]), full_path: z.string() });
const refusal = z.object({ message: z.string() });

/** GitLab's API, as far as reading variables goes. */
export class GitlabApi {
  readonly #options: GitlabApiOptions;

  constructor(options: GitlabApiOptions) {
    this.#options = options;
  }

  /** The same for one search or one batch, which has a bound of bytes. */
  bounded(): GitlabApi {
    return new GitlabApi({ ...this.#options, http: withAnswerBudget(this.#options.http, service) });
  }

  /** One variable; undefined where GitLab says that there is none. @param scope the environment scope it has, exactly; absent: whichever */
  async variable(owner: Owner, { key, scope }: { readonly key: string; readonly scope: string | undefined }, signal: AbortSignal): Promise<Variable | undefined> {
    const filter = scope === undefined ? {} : { 'filter[environment_scope]': scope };
    const answer = await this.#get(`${pathOf(owner)}/variables/${encodeURIComponent(key)}`, { query: filter, largestAnswer: largestVariable }, signal);
    if (answer.status === 409) throw ambiguous(key);
    if (answer.status === 404 && peekJson(answer, refusal)?.message === '404 Variable Not Found') return undefined;
    return parseJson(expectSuccess(answer, owner), variable, service);
  }

  /** All variables of an owner. `isWhole`: they came at once, so that what is not among them was not there. */
  async variables(owner: Owner, signal: AbortSignal): Promise<{ readonly variables: readonly Variable[]; readonly isWhole: boolean }> {
    for (let lists = 0; lists < mostLists; lists += 1) {
      const { items, totals } = await this.#list(owner, { path: `${pathOf(owner)}/variables`, item: variable }, signal);
      if (totals.every((total) => total === undefined || total === items.length)) return { variables: items, isWhole: totals.length === 1 };
    }
    throw new ProviderError('unavailable', `the variables of ${owner.kind} ${owner.id} change while they are listed, several times`);
  }

  /** The groups that a project is in, the farthest first. */
  async groupsOf(project: Owner, signal: AbortSignal): Promise<readonly Owner[]> {
    const { items } = await this.#list(project, { path: `${pathOf(project)}/groups`, item: group }, signal);
    return items.toSorted((a, b) => a.full_path.length - b.full_path.length).map(({ id }) => ({ kind: 'group', id: String(id) }));
  }

  /** Asks for one variable of an owner, whichever. @throws ProviderError where the token may not */
  async check(owner: Owner, signal: AbortSignal): Promise<void> {
    parseJson(expectSuccess(await this.#get(`${pathOf(owner)}/variables`, { query: { per_page: '1' }, largestAnswer: largestVariable }, signal), owner), z.array(variable), service);
  }

  /** All pages, and how many entries there were in all when each was asked for. */
  async #list<T>(owner: Owner, { path, item }: { readonly path: string; readonly item: z.ZodType<T> }, signal: AbortSignal): Promise<{ readonly items: readonly T[]; readonly totals: readonly (number | undefined)[] }> {
    const items: T[] = [];
    const totals: (number | undefined)[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const answer = expectSuccess(await this.#get(path, { query: { per_page: String(pageSize), page: String(page) }, largestAnswer: largestPage }, signal), owner);
      const some = parseJson(answer, z.array(item), service);
      items.push(...some);
      totals.push(numberOf(answer.headers['x-total']));
      const next = answer.headers['x-next-page'];
      if (next === undefined ? some.length < pageSize : next === '') return { items, totals };
    }
    throw new ProviderError('invalid', `${service} has more than ${mostPages * pageSize} entries of ${owner.kind} ${owner.id}; that is more than is read`);
  }

  #get(path: string, { query, largestAnswer }: { readonly query: Readonly<Record<string, string>>; readonly largestAnswer: number }, signal: AbortSignal): Promise<HttpResponse> {
    const { http, url, token, ca } = this.#options;
    const search = new URLSearchParams(query).toString();
    return send(
      {
        method: 'GET',
        url: `${url}/api/v4${path}${search === '' ? '' : `?${search}`}`,
        headers: { accept: 'application/json', 'private-token': token },
        largestAnswer,
        ...(ca === undefined ? {} : { tls: { ca } }),
      },
      { http, service, advice: '' },
      signal,
    );
  }
}

/** As GitLab says it where the name alone does not tell which variable is meant. */
export function ambiguous(key: string): ProviderError {
  return new ProviderError('invalid', `there are several variables ${key} with different environment scopes; set environment in the store`);
}

function expectSuccess(answer: HttpResponse, { kind, id }: Owner): HttpResponse {
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  // GitLab says of what a token may not see that it is not there
  if (status === 404) throw new ProviderError('denied', `${service} has no ${kind} ${id}, or does not show it to this token (HTTP 404)`);
  throw statusError(answer, { service, advice: `check auth.SecretRef.accessToken, and that it may read the variables of ${kind} ${id}` });
}

function pathOf({ kind, id }: Owner): string {
  return `/${kind}s/${encodeURIComponent(id)}`;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}
