import type { IncomingMessage } from 'node:http';
import { SealError } from './seal-error.ts';

export interface FetchLimits {
  /** `HTTPS_PROXY` and its like are read from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for all of it; 30 s by default. */
  readonly deadline?: number;
}

const mostBytes = 1 << 20;
const mostRedirects = 5;

/**
 * Fetches a certificate from a web server, through the proxy that the environment names. Redirects are followed, but never from https to
 * http; what is larger than 1 MiB is refused. Node's own client does it: it is loaded with the first request.
 * @throws SealError; the signal's reason
 */
export async function fetchCertificate(url: string, { env, deadline = 30_000 }: FetchLimits, signal: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(deadline);
  try {
    return await follow(new URL(url), env, AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SealError) throw error;
    if (timeout.aborted) throw new SealError(`cannot fetch ${JSON.stringify(url)}: no answer within ${deadline / 1000} s`);
    throw new SealError(`cannot fetch ${JSON.stringify(url)}: ${codeOf(error)}`);
  }
}

async function follow(first: URL, env: FetchLimits['env'], signal: AbortSignal): Promise<string> {
  let url = first;
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const answer = await get(url, env, signal);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return await textOf(answer, url);
    answer.resume();
    const next = statusCode >= 300 && statusCode < 400 && headers.location !== undefined ? new URL(headers.location, url) : undefined;
    // kubeseal's words
    if (next === undefined) throw new SealError(`cannot fetch ${JSON.stringify(first.href)}: ${statusCode} ${answer.statusMessage ?? ''}`.trimEnd());
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw new SealError(`cannot fetch ${JSON.stringify(first.href)}: it leads from https to ${next.protocol.replace(':', '')}`);
    url = next;
  }
  throw new SealError(`cannot fetch ${JSON.stringify(first.href)}: it is redirected more than ${mostRedirects} times`);
}

async function get(url: URL, env: FetchLimits['env'], signal: AbortSignal): Promise<IncomingMessage> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new SealError(`cannot fetch ${JSON.stringify(url.href)}: unsupported protocol scheme "${url.protocol.replace(':', '')}"`);
  const { Agent, request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const agent = new Agent({ proxyEnv: { ...env } });
  return await new Promise((resolve, reject) => {
    request(url, { agent, signal, headers: { accept: 'application/x-pem-file, */*' } }, resolve).on('error', reject).end();
  });
}

async function textOf(answer: IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > mostBytes) throw new SealError(`cannot fetch ${JSON.stringify(url.href)}: it is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The system's or OpenSSL's code says enough; their words may quote a header. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'the connection broke';
}
