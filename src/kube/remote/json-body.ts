import type { Readable } from 'node:stream';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An answer grew past the limit; what had come of it is dropped. */
export class BodyTooLargeError extends Error {
  constructor(limit: number) {
    super(`the answer is longer than ${limit} bytes`);
    this.name = 'BodyTooLargeError';
  }
}

/** Reads a whole body. @throws BodyTooLargeError once it is longer than `limit` bytes */
export async function readBody(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    // leaving the loop destroys the stream, and its connection with it
    if (length > limit) throw new BodyTooLargeError(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** Undefined where it is not JSON. JSON.parse says what it stumbled over, which may be a Secret, so its words are not kept. */
export function parseJson(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return undefined;
  }
}

/** Also `application/apidiscovery+json` and the like. */
export function isJson(headers: Headers): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headerText(headers, 'content-type') ?? '');
}

/** The first value of a header. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110, section 10.2.3). Undefined where it says nothing. */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const text = headerText(headers, 'retry-after')?.trim() ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
