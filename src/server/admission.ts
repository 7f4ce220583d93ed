import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { admissionAnswer, type AdmissionRequest, type AdmissionVerdict, parseAdmissionReview } from '../api/admission-review.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createBodyReader, type ReadBody } from './body-reader.ts';
import { gatePod, type HoldsPod } from './gate-pod.ts';
import { judgeAdmission } from './judge-admission.ts';
import { listenAt, type Server } from './listen-at.ts';
import type { CheckObject } from './object-check.ts';
import { keyPairVersion, readKeyPair } from './tls-files.ts';

export interface AdmissionServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** A folder with tls.crt and tls.key, which are read anew when they change. */
  readonly certFolder: string;
  readonly check: CheckObject;
  /** Which pods are to wait for their Secrets; absent: nothing is answered about pods. */
  readonly holdsPod?: HoldsPod;
  readonly clock: Clock;
  readonly log: Log;
}

/** An API server asks about one object at a time, and waits for seconds at most. */
const bounds = { maxHeaderSize: 16_384, headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 60_000 } as const;
const mostConnections = 128;
/** Bytes: an object that is stored is 1.5 MiB at most, and an update brings the old one along. Few are that large. */
const bodies = { largest: 4 << 20, together: 16 << 20, atOnce: 16 };
/** Milliseconds between looks at the files, and that open requests have to end after `close`. */
const lookEvery = 10_000;
const grace = 2_000;

/**
 * Answers the API server's question whether an object may be stored, over HTTPS: POST of an AdmissionReview (v1) to any path that
 * begins with `/validate`. External Secrets' own paths are such, so that its webhook configurations lead here unchanged. Pods that are about
 * to be made come to `/mutate-pods`.
 * @throws Error where the certificate cannot be used, or the address cannot be had
 */
export async function createAdmissionServer(options: AdmissionServerOptions): Promise<Server> {
  const { host, port, certFolder, check, holdsPod, clock, log } = options;
  const version = await keyPairVersion(certFolder);
  const readBody = createBodyReader(bodies);
  const judgements: Judgements = { check: (review) => judgeAdmission(review, check), ...(holdsPod === undefined ? {} : { gate: (review) => gatePod(review, holdsPod) }) };
  const https = createHttpsServer({ ...bounds, ...(await readKeyPair(certFolder)), minVersion: 'TLSv1.2' }, (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    void answer(request, { judgements, readBody }, gone.signal).then((made) => send(response, made, https.listening));
  });
  https.maxConnections = mostConnections;
  // somebody who speaks no TLS, or trusts another authority
  https.on('tlsClientError', (_error, socket) => socket.destroy());
  const server = await listenAt(https, { host, port, clock, grace });
  const stop = followFiles(https, version, { certFolder, clock, log });
  return {
    ...server,
    close: () => {
      stop();
      return server.close();
    },
  };
}

/** Takes over a pair that has changed; one that cannot be used is logged, and the one before stays. */
function followFiles(https: HttpsServer, first: string | undefined, { certFolder, clock, log }: Pick<AdmissionServerOptions, 'certFolder' | 'clock' | 'log'>): Cancel {
  let known = first;
  let stopped = false;
  const look = async (): Promise<void> => {
    const version = await keyPairVersion(certFolder);
    if (version !== undefined && version !== known) {
      try {
        https.setSecureContext({ ...(await readKeyPair(certFolder)), minVersion: 'TLSv1.2' });
        known = version;
        log.info({ folder: certFolder }, 'the certificate of the admission webhook was read anew');
      } catch (error) {
        log.error({ problem: error instanceof Error ? error.message : 'unknown' }, 'the certificate of the admission webhook has changed and cannot be used');
      }
    }
    if (!stopped) cancel = clock.after(lookEvery, () => void look());
  };
  let cancel = clock.after(lookEvery, () => void look());
  return () => {
    stopped = true;
    cancel();
  };
}

type Judge = (request: AdmissionRequest) => AdmissionVerdict;

/** What is answered at the paths that begin with `/validate`, and at `/mutate-pods`. */
interface Judgements {
  readonly check: Judge;
  readonly gate?: Judge;
}

interface Judging {
  readonly judgements: Judgements;
  readonly readBody: ReadBody;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | string;
}

function judgeAt(path: string, { check, gate }: Judgements): Judge | undefined {
  if (path === '/mutate-pods') return gate;
  return /^\/validate(?:[-/]|$)/.test(path) ? check : undefined;
}

async function answer(request: IncomingMessage, { judgements, readBody }: Judging, signal: AbortSignal): Promise<Answer> {
  const judge = judgeAt((request.url ?? '').split('?', 1)[0] ?? '', judgements);
  if (judge === undefined) return { status: 404, body: 'not found; POST an AdmissionReview to /validate' };
  if (request.method !== 'POST') return { status: 405, body: 'POST an AdmissionReview' };
  const answered = await readBody(request, (body) => judgeBody(body, judge), signal).catch(() => 'too large' as const);
  if (answered === 'busy') return { status: 503, body: 'too much is judged at the moment; try again' };
  return answered === 'too large' ? { status: 413, body: 'the body is too large or broke off' } : answered;
}

function judgeBody(body: Buffer, judge: Judge): Answer {
  try {
    const review = parseAdmissionReview(JSON.parse(body.toString('utf8')));
    if (!review.ok) return { status: 400, body: 'not an AdmissionReview of admission.k8s.io/v1' };
    return { status: 200, body: admissionAnswer(review.value, judge(review.value)) };
  } catch (error) {
    // the message of a parser quotes its input
    return error instanceof SyntaxError ? { status: 400, body: 'not JSON' } : { status: 500, body: 'the object could not be judged' };
  }
}

function send(response: ServerResponse, { status, body }: Answer, isListening: boolean): void {
  if (response.destroyed) return;
  const text = typeof body === 'string' ? `${body}\n` : JSON.stringify(body);
  // what is left of a body that was refused is not the next request
  if (status !== 200 || !isListening) response.setHeader('Connection', 'close');
  if (status === 405) response.setHeader('Allow', 'POST');
  response.writeHead(status, { 'Content-Type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json', 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end(text);
}
