/** One request. What it answers is read whole, up to a bound. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** PEM; absent: the system's authorities, and no client certificate. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Milliseconds for all of it; absent: the client's default. */
  readonly timeout?: number;
  /** Bytes that the answer's body may have; absent: as many as the client says. */
  readonly largestAnswer?: number;
}

/** Any answer with a status is an answer; a redirect is not followed. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * - `address`: the host may not be asked: a link-local or metadata address, or this machine itself
 * - `unreachable`: no connection, or it broke
 * - `timeout`: the deadline has passed
 * - `too-large`: the answer is larger than allowed
 * - `invalid`: no request can be made of this (URL, header)
 */
export type HttpErrorKind = 'address' | 'unreachable' | 'timeout' | 'too-large' | 'invalid';

/** A request that came to no answer. The message names the host and never a path, a query, a header or a body. */
export class HttpError extends Error {
  readonly kind: HttpErrorKind;

  constructor(kind: HttpErrorKind, message: string) {
    super(message);
    this.name = 'HttpError';
    this.kind = kind;
  }
}

/** @throws HttpError; the signal's reason */
export type HttpClient = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;
