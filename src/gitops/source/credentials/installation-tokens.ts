import { z } from 'zod';
import type { Clock } from '../../../lib/clock.ts';
import { githubAppJwt } from '../../../lib/github-app-jwt.ts';
import { type HttpClient, HttpError, type HttpResponse } from '../../../lib/http.ts';
import { LruMap } from '../../../lib/lru-map.ts';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { SigningKeyError } from '../../../lib/sign-jwt.ts';
import { SourceError } from '../source-error.ts';
import type { GithubApp } from './github-app.ts';
import type { RepositoryCredential } from './repository-credential.ts';

/** Tokens with which repositories are read as a GitHub App; each serves until shortly before its end. */
export interface InstallationTokens {
  /**
   * @param repositoryPath `owner/name`
   * @throws SourceError; the signal's reason
   */
  readonly get: (credential: AppCredential, repositoryPath: string, signal: AbortSignal) => Promise<SecretBytes>;
  /** The server has refused the token: the next one is asked for anew. */
  readonly forget: (credential: AppCredential, repositoryPath: string) => void;
}

/** A credential that is a GitHub App. */
export type AppCredential = Pick<RepositoryCredential, 'name' | 'version'> & { readonly githubApp: GithubApp };

const tokenAnswer = z.object({ token: z.string().min(1), expires_at: z.iso.datetime() });
const installationAnswer = z.object({ id: z.number().int().positive() });

/** Milliseconds before its end from which a token is not used: a fetch takes its time, and clocks differ. */
const margin = 600_000;
/** Milliseconds for one answer. */
const timeout = 15_000;
/** What may stand in a path of the API. */
const ownerAndName = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;
/** Tokens kept; the oldest are asked for again. */
const most = 1_000;

interface Held {
  readonly token: SecretBytes;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** @param http keeps to the addresses that a Secret of the cluster may name */
export function createInstallationTokens({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }): InstallationTokens {
  const held = new LruMap<Held>(most);
  return {
    get: async (credential, repositoryPath, signal) => {
      const key = keyOf(credential, repositoryPath);
      const known = held.get(key);
      if (known !== undefined && known.until - margin > clock.now()) return known.token;
      const fresh = await ask({ credential, repositoryPath, jwt: jwtOf(credential, clock.now()) }, http, signal);
      held.set(key, fresh);
      return fresh.token;
    },
    forget: (credential, repositoryPath) => held.delete(keyOf(credential, repositoryPath)),
  };
}

/** One token serves all repositories of an installation that is named. */
function keyOf({ name, version, githubApp }: AppCredential, repositoryPath: string): string {
  return JSON.stringify([name, version, githubApp.installationId ?? repositoryPath]);
}

function jwtOf({ name, githubApp: { appId, privateKey } }: AppCredential, now: number): string {
  try {
    return githubAppJwt(appId, privateKey, now);
  } catch (error) {
    if (error instanceof SigningKeyError) throw new SourceError('denied', `${name}: githubAppPrivateKey: ${error.message}`);
    throw error;
  }
}

interface Question {
  readonly credential: AppCredential;
  readonly repositoryPath: string;
  readonly jwt: string;
}

async function ask(question: Question, http: HttpClient, signal: AbortSignal): Promise<Held> {
  const { credential: { name, githubApp: { installationId } }, repositoryPath } = question;
  if (installationId === undefined && !ownerAndName.test(repositoryPath)) throw new SourceError('denied', `${name}: the url is no repository of GitHub (OWNER/NAME); give githubAppInstallationID`);
  const installation = installationId ?? String((await call('GET', `/repos/${repositoryPath}/installation`, installationAnswer, question, http, signal)).id);
  const { token, expires_at: end } = await call('POST', `/app/installations/${installation}/access_tokens`, tokenAnswer, question, http, signal);
  return { token: SecretBytes.fromUtf8(token), until: Date.parse(end) };
}

async function call<T>(method: 'GET' | 'POST', path: string, schema: z.ZodType<T>, { credential: { name, githubApp: { api } }, jwt }: Question, http: HttpClient, signal: AbortSignal): Promise<T> {
  // without a name of its own a client is refused
  const headers = { authorization: `Bearer ${jwt}`, accept: 'application/vnd.github+json', 'user-agent': 'prelude' };
  const response = await http({ method, url: `${api}${path}`, headers, timeout }, signal).catch((error: unknown) => {
    if (!(error instanceof HttpError)) throw error;
    throw new SourceError(error.kind === 'address' || error.kind === 'invalid' ? 'invalid' : 'unavailable', `${name}: the API of the GitHub App: ${error.message}`);
  });
  if (response.status < 200 || response.status > 299) throw refusal(response, name);
  const parsed = schema.safeParse(jsonOf(response));
  if (!parsed.success) throw new SourceError('unavailable', `${name}: GitHub answers without what was asked for; check githubAppEnterpriseBaseUrl`);
  return parsed.data;
}

function refusal({ status }: HttpResponse, name: string): SourceError {
  if (status === 401) return new SourceError('denied', `${name}: GitHub knows no such app with this key (HTTP 401); check githubAppID and githubAppPrivateKey`);
  if (status === 404) return new SourceError('denied', `${name}: GitHub knows no such installation of the app (HTTP 404); check githubAppInstallationID, and that the app is installed for the repository`);
  if (status === 403 || status === 422) return new SourceError('denied', `${name}: GitHub does not let the app read (HTTP ${status}); it needs the permission Contents: read-only, and may be suspended`);
  return new SourceError('unavailable', `${name}: GitHub answers HTTP ${status} to the app`);
}

function jsonOf({ body }: HttpResponse): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
