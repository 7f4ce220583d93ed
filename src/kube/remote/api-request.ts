import type { Attempt } from './status-error.ts';

/** One request to the API server. */
export interface ApiRequest extends Attempt {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's own path, query included. */
  readonly path: string;
  /** Absent: JSON. */
  readonly accept?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Absent: `application/json`. */
  readonly contentType?: string;
  /** A 404 that names this object is an answer, not an error. */
  readonly mayBeAbsent?: string;
  /** A 304 is an answer then. */
  readonly ifNoneMatch?: string;
  /** Sent as this user, whom we must be allowed to impersonate. */
  readonly impersonate?: string;
}

/** 2xx, 304 where `ifNoneMatch` was sent, or 404 where the object may be absent; the latter two have no body. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | undefined;
}

/** One finished exchange, for metrics. */
export interface FinishedRequest {
  readonly verb: string;
  /** The plural of the kind; never a name. */
  readonly resource: string;
  /** The HTTP status, or `unavailable` where there was none. */
  readonly code: string;
  /** Until the whole answer was there; until the first byte for watches. */
  readonly seconds: number;
}
