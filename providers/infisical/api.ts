import { z } from 'zod';
import type { HttpClient, HttpRequest, HttpResponse } from '../../src/lib/http.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { withAnswerBudget } from '../../src/provider/answer-budget.ts';
import { send, statusError } from '../../src/provider/ask.ts';
import { headerToken } from '../../src/provider/credential-text.ts';
import { parseJson, peekJson } from '../../src/provider/json-request.ts';
import type { TokenSource } from '../../src/provider/login-token.ts';
import { sendWithToken } from '../../src/provider/login-token.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { SecretsScope } from './config.ts';
import type { InfisicalSite } from './login.ts';
import type { SecretPlace } from './place.ts';

export interface InfisicalApiOptions {
  readonly http: HttpClient;
  readonly site: InfisicalSite;
  readonly scope: SecretsScope;
  readonly tokens: TokenSource;
}

const secret = z.object({
  secretKey: z.string(),
  secretValue: z.string().nullish(),
  /** The value is a stand-in: the identity may know that there is a secret, and no more. */
  secretValueHidden: z.boolean().nullish(),
  secretPath: z.string().nullish(),
  type: z.string().nullish(),
  version: z.number().nullish(),
});

export type InfisicalSecret = z.output<typeof secret>;

const listing = z.object({ secrets: z.array(secret), imports: z.array(z.object({ secrets: z.array(secret) })).nullish() });
const single = z.object({ secret });
const changed = z.object({ approval: z.unknown().optional() });
const project = z.object({ id: z.string().min(1) });
/** How Infisical refuses; something else may stand at the address, and its 404 says nothing. */
const refusal = z.object({ message: z.string(), error: z.literal('NotFound') });

/** Whether there is a secret, a folder for it, or an environment with that folder. */
export type Presence = 'secret' | 'folder' | 'nothing';

interface Call {
  readonly method: HttpRequest['method'];
  /** Below `/api`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Bytes that the answer may have. */
  readonly largest?: number;
}

const service = 'Infisical';
const secretsPath = '/v3/secrets/raw';
/** Bytes of a list of one folder, of a list of all folders, and of anything else. */
const [largestFolder, largestTree, largestAnswer] = [8 * 1024 * 1024, 16 * 1024 * 1024, 1024 * 1024];

/** Infisical's API, as far as secrets of one environment go. */
export class InfisicalApi {
  readonly #options: InfisicalApiOptions;

  constructor(options: InfisicalApiOptions) {
    this.#options = options;
  }

  /** The same for one search or one batch, which has a bound of bytes. */
  bounded(): InfisicalApi {
    return new InfisicalApi({ ...this.#options, http: withAnswerBudget(this.#options.http, service) });
  }

  /** The secrets of a folder that the identity may see, what is imported behind them: of one name the first counts. A folder that is not there has none. */
  async list(folder: string, how: { readonly isRecursive: boolean }, signal: AbortSignal): Promise<readonly InfisicalSecret[]> {
    const listed = await this.listWhereAllowed(folder, how, signal);
    if (listed === undefined) throw forbidden('list the secrets of the folder');
    return listed;
  }

  /** The same; undefined where the identity may not have the list, which says nothing of its login, and nothing of single secrets. */
  async listWhereAllowed(folder: string, { isRecursive }: { readonly isRecursive: boolean }, signal: AbortSignal): Promise<readonly InfisicalSecret[] | undefined> {
    const query = { ...this.#where(folder), ...this.#how('shown'), recursive: String(isRecursive) };
    const answer = await this.#send({ method: 'GET', path: secretsPath, query, largest: isRecursive ? largestTree : largestFolder }, signal);
    if (answer.status === 404) throw noProject(answer);
    if (answer.status === 403) return undefined;
    const { secrets, imports } = parseJson(this.#expectSuccess(answer, 'list the secrets of the folder'), listing, service);
    // of two imports the later one counts
    const imported = (imports ?? []).toReversed().flatMap((one) => one.secrets);
    return [...secrets, ...imported].filter(({ type }) => type !== 'personal');
  }

  /** One secret, or how far the way to it is there. @param more the version; `imports`: whether what is imported counts, and references are followed */
  async secret({ folder, name }: SecretPlace, { version, imports }: { readonly version?: string; readonly imports: 'shown' | 'left out' }, signal: AbortSignal): Promise<InfisicalSecret | Exclude<Presence, 'secret'>> {
    const query = { ...this.#where(folder), ...this.#how(imports), ...(version === undefined ? {} : { version }) };
    const answer = await this.#send({ method: 'GET', path: `${secretsPath}/${encodeURIComponent(name)}`, query }, signal);
    if (answer.status !== 404) return parseJson(this.#expectSuccess(answer, 'read the secret'), single, service).secret;
    const { message } = peekJson(answer, refusal) ?? {};
    if (message?.startsWith('Secret ') === true) return 'folder';
    if (message?.startsWith('Folder ') === true) return 'nothing';
    throw noProject(answer);
  }

  /** Makes or changes a secret, or takes it away. @throws ProviderError also where the change waits for somebody's approval */
  async change(method: 'POST' | 'PATCH' | 'DELETE', { folder, name }: SecretPlace, value: string | undefined, signal: AbortSignal): Promise<void> {
    const body = {
      workspaceId: await this.#projectId(signal),
      environment: this.#options.scope.environmentSlug,
      secretPath: folder,
      type: 'shared',
      ...(value === undefined ? {} : { secretValue: value, skipMultilineEncoding: true }),
    };
    const answer = await this.#send({ method, path: `${secretsPath}/${encodeURIComponent(name)}`, body }, signal);
    if (answer.status === 404) throw new ProviderError('invalid', `${service} has no such folder or environment, or the secret is gone meanwhile (HTTP 404); a push makes no folders`);
    const { approval } = parseJson(this.#expectSuccess(answer, 'change the secret'), changed, service);
    if (approval !== undefined && approval !== null) throw new ProviderError('invalid', `${service} asks somebody to approve the change: a policy of the environment wants that`);
  }

  /** Requests that change something name the project by its id. Where older servers have it, it has an older name. */
  async #projectId(signal: AbortSignal): Promise<string> {
    const slug = encodeURIComponent(this.#options.scope.projectSlug);
    for (const path of [`/v1/projects/slug/${slug}`, `/v1/workspace/slug/${slug}`]) {
      const answer = await this.#send({ method: 'GET', path }, signal);
      if (answer.status !== 404) return parseJson(this.#expectSuccess(answer, 'look up the project'), project, service).id;
    }
    throw new ProviderError('invalid', `${service} has no such project, or does not show it to this identity (HTTP 404); check secretsScope.projectSlug`);
  }

  #where(folder: string): Readonly<Record<string, string>> {
    const { projectSlug, environmentSlug } = this.#options.scope;
    return { workspaceSlug: projectSlug, environment: environmentSlug, secretPath: folder };
  }

  #how(imports: 'shown' | 'left out'): Readonly<Record<string, string>> {
    const isShown = imports === 'shown';
    return { viewSecretValue: 'true', include_imports: String(isShown), expandSecretReferences: String(isShown && this.#options.scope.expandsReferences) };
  }

  #expectSuccess(answer: HttpResponse, what: string): HttpResponse {
    const { status } = answer;
    if (status >= 200 && status < 300) return answer;
    if (status === 403) throw forbidden(what);
    throw statusError(answer, { service, advice: 'check auth' });
  }

  #send({ method, path, query = {}, body, largest = largestAnswer }: Call, signal: AbortSignal): Promise<HttpResponse> {
    const { http, site, tokens } = this.#options;
    const search = new URLSearchParams(query).toString();
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const requestAs = (token: SecretBytes): HttpRequest => ({
      method,
      url: `${site.host}${path}${search === '' ? '' : `?${search}`}`,
      headers: { accept: 'application/json', authorization: `Bearer ${headerToken(token, 'auth.tokenAuthCredentials.accessToken')}`, ...type },
      ...content,
      tls: site.tls,
      largestAnswer: largest,
    });
    return sendWithToken(tokens, (token) => send(requestAs(token), { http, service, advice: '' }, signal), signal);
  }
}

/** An empty value is said, too. */
export function withoutValue(): ProviderError {
  return new ProviderError('unavailable', `${service} answers without the value of the secret`);
}

function forbidden(what: string): ProviderError {
  return new ProviderError('denied', `${service} does not let the identity ${what} (HTTP 403)`);
}

/** A project that is not there says nothing of its secrets. */
function noProject(answer: HttpResponse): ProviderError {
  if (peekJson(answer, refusal) !== undefined) return new ProviderError('invalid', `${service} has no such project or environment, or does not show it to this identity (HTTP 404); check secretsScope`);
  return new ProviderError('unavailable', `${service} does not answer as it does (HTTP 404); check hostAPI`);
}
