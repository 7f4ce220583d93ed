import type { z } from 'zod';
import type { HttpRequest, HttpResponse } from '../lib/http.ts';
import type { Asked } from './ask.ts';
import { ask, readJson } from './ask.ts';
import { ProviderError } from './provider-error.ts';

/**
 * Sends one request, and parses the JSON of an answer that says success. What the schema does not know is tolerated, as far as it says so.
 * @throws ProviderError in words of ours; the signal's reason
 */
export async function askJson<T>(request: HttpRequest, schema: z.ZodType<T>, asked: Asked, signal: AbortSignal): Promise<T> {
  return parseJson(await ask(request, asked, signal), schema, asked.service);
}

/**
 * The JSON of an answer, parsed.
 * @throws ProviderError `unavailable` where it is none, or of another form; it is not quoted
 */
export function parseJson<T>(answer: Pick<HttpResponse, 'body' | 'status'>, schema: z.ZodType<T>, service: string): T {
  const parsed = schema.safeParse(readJson(answer, service));
  if (parsed.success) return parsed.data;
  throw new ProviderError('unavailable', `${service} answers in another form than it should (HTTP ${answer.status})`);
}

/** What an answer says, where that decides what its status means; undefined where it says nothing of this form. */
export function peekJson<T>({ body }: Pick<HttpResponse, 'body'>, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // the parser's words quote the input
    return undefined;
  }
}
