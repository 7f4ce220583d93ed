/** One request of a sender of events, its body read. */
export interface Delivery {
  readonly method: 'POST' | 'OPTIONS';
  /** What follows the name of the source in the path, without a slash before it. */
  readonly rest: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a sender is answered. Bodies are handshakes only: nobody is told why he was refused. */
export interface DeliveryAnswer {
  readonly status: 200 | 202 | 400 | 401 | 429 | 503;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number;
}

/** Judges what was sent to the source of that name; there need be none such. May throw: then nothing was taken over. */
export type Accept = (source: string, delivery: Delivery, signal: AbortSignal) => Promise<DeliveryAnswer>;
