import { type HttpClient, HttpError, type HttpRequest, type HttpResponse } from '../../../../lib/http.ts';
import { SourceError } from '../../../source/source-error.ts';

/** What is needed to fetch charts. */
export interface Fetching {
  readonly http: HttpClient;
  /** For tests and mirrors inside a cluster: http:// is taken as well as https://. */
  readonly allowPlain: boolean;
  /** What the repository's own server is told and no other; absent: it is asked as anybody. */
  readonly authorization?: string;
  /** Who asks, for servers that want to know. */
  readonly tls?: NonNullable<HttpRequest['tls']>;
}

/** A request of a chart's repository. */
export interface GetRequest {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly most: number;
}

/** An answer, and whose it is. */
export interface GotResponse extends HttpResponse {
  /** It is that of the server that was asked, and not of one that it redirects to. */
  readonly isOwn: boolean;
}

const mostRedirects = 5;
/** Milliseconds for one answer: a chart is a matter of seconds. */
const timeout = 60_000;

/** A URL of a chart repository. @throws SourceError where charts are not fetched from such a one */
export function chartUrl(text: string, base: URL | undefined, { allowPlain }: Pick<Fetching, 'allowPlain'>): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw new SourceError('invalid', 'a chart repository must have a URL that begins with https:// or oci://');
  if (url.protocol !== 'https:' && !(allowPlain && url.protocol === 'http:')) throw new SourceError('unsupported', `charts are fetched over https only, and not from ${url.protocol}//${url.host}`);
  // credentials in an Application would be read by everybody who can read it
  if (url.username !== '' || url.password !== '') throw new SourceError('invalid', `the URL of a chart at ${url.host} must not hold credentials`);
  return url;
}

/**
 * Fetches, following redirects: headers go to the host they are for and to no other, and https never becomes http.
 * @returns any answer that is no redirect
 * @throws SourceError
 */
export async function get({ url, headers = {}, most }: GetRequest, fetching: Fetching, signal: AbortSignal): Promise<GotResponse> {
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const isOwn = at.origin === url.origin;
    const response = await (isOwn ? send({ url: at, headers, most }, fetching, signal) : send({ url: at, most }, publicly(fetching), signal));
    const { location } = response.headers;
    if (response.status < 300 || response.status > 399 || location === undefined) return { ...response, isOwn };
    at = chartUrl(location, at, { allowPlain: fetching.allowPlain && at.protocol === 'http:' });
  }
  throw new SourceError('unavailable', `${url.host} redirects more than ${mostRedirects} times`);
}

/** The same means, to ask as anybody: for servers that the repository only points to. */
export function publicly({ http, allowPlain }: Fetching): Fetching {
  return { http, allowPlain };
}

async function send({ url, headers = {}, most }: GetRequest, { http, tls, authorization }: Fetching, signal: AbortSignal): Promise<HttpResponse> {
  try {
    return await http({ method: 'GET', url: url.href, headers: { ...(authorization === undefined ? {} : { authorization }), ...headers }, timeout, largestAnswer: most, ...(tls === undefined ? {} : { tls }) }, signal);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const kind = error.kind === 'too-large' ? 'tooLarge' : error.kind === 'address' || error.kind === 'invalid' ? 'invalid' : 'unavailable';
    throw new SourceError(kind, error.message);
  }
}

/** @throws SourceError for anything but 200 */
export function bodyOf({ status, body }: HttpResponse, what: string): Uint8Array {
  if (status === 200) return body;
  if (status === 401 || status === 403) throw new SourceError('denied', `${what}: the server refuses (${status}); what it wants is a repository Secret for this URL, or another one (label argocd.argoproj.io/secret-type)`);
  if (status === 404) throw new SourceError('absent', `${what}: it is not there`);
  throw new SourceError('unavailable', `${what}: the server answers ${status}`);
}
