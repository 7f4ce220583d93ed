import { z } from 'zod';
import { KubeError, type KubeErrorKind } from '../kube-error.ts';

/** What was asked, for the message: `create secrets devnet/bp-1`. */
export interface Attempt {
  readonly verb: string;
  /** The plural of the kind. */
  readonly resource: string;
  /** `namespace/name`, `namespace/`, or empty for a list of everything. */
  readonly target: string;
  /** The request carried a Secret: what the server says of it may quote its data, and is passed on in known forms only. */
  readonly sensitive: boolean;
}

/** An answer that is not the one hoped for. */
export interface Failure {
  /** The HTTP status. */
  readonly status: number;
  /** The parsed body; a `Status` where the API server itself answered. */
  readonly body: unknown;
  /** Milliseconds the server asked us to wait, from its header. */
  readonly retryAfter?: number | undefined;
}

const text = z.string().catch('');

/** meta/v1 Status, as much of it as is used. Proxies and web pages answer otherwise, so nothing in it is required. */
const statusSchema = z
  .object({
    message: text,
    reason: text,
    code: z.number().optional().catch(undefined),
    details: z
      .object({
        name: text,
        retryAfterSeconds: z.number().positive().optional().catch(undefined),
        causes: z.array(z.object({ reason: text, message: text, field: text }).catch({ reason: '', message: '', field: '' })).catch([]),
      })
      .catch({ name: '', causes: [] }),
  })
  .catch({ message: '', reason: '', details: { name: '', causes: [] } });

type Status = z.infer<typeof statusSchema>;

const mostText = 1000;
const mostCauses = 10;

/** Turns a refusal into the one KubeError that stands for it. */
export function statusError(attempt: Attempt, failure: Failure): KubeError {
  const status = statusSchema.parse(failure.body);
  const seconds = status.details.retryAfterSeconds;
  const retryAfter = failure.retryAfter ?? (seconds === undefined ? undefined : seconds * 1000);
  const message = `${describeAttempt(attempt)}: ${attempt.sensitive ? knownText(status, failure.status) : plainText(status, failure.status)}`;
  return new KubeError(kindOf(failure.status, status), message, retryAfter === undefined ? {} : { retryAfter });
}

/** The `Status` in an ERROR event of a watch: its code stands in for the HTTP status. */
export function watchError(attempt: Attempt, body: unknown): KubeError {
  return statusError(attempt, { status: statusSchema.parse(body).code ?? 500, body });
}

/** Whether a 404 says that this one object is not there, rather than that the kind is not served (which names no object). */
export function namesAbsentObject(body: unknown, name: string): boolean {
  return statusSchema.parse(body).details.name === name;
}

/** `create secrets devnet/bp-1` */
export function describeAttempt({ verb, resource, target }: Attempt): string {
  return target === '' ? `${verb} ${resource}` : `${verb} ${resource} ${target}`;
}

/**
 * What the API server answers with a bare 500, although trying again cannot help: server-side apply of an object with a
 * field of the wrong type, an unknown field or a list with doubles, and an object that etcd has no room for.
 */
const faultOfTheObject = /^failed to (?:create typed \w+ object|convert new object) |^(?:etcdserver: )?request is too large/;

function kindOf(status: number, { reason, message }: Status): KubeErrorKind {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return 'invalid';
    case 401:
    case 403:
      return 'denied';
    case 404:
      return 'absent';
    case 405:
    case 406:
      return 'unsupported';
    case 409:
      return reason === 'AlreadyExists' ? 'exists' : 'conflict';
    case 410:
      return 'expired';
    case 429:
      return 'throttled';
    case 500:
      return faultOfTheObject.test(message) ? 'invalid' : 'unavailable';
    default:
      return 'unavailable';
  }
}

function plainText({ message, reason }: Status, status: number): string {
  return clean(message) || bare(reason, status);
}

/**
 * What may be said of a refused Secret: the server's own sentences that hold names only, and the paths of the fields
 * at fault. Validation, webhooks and policies may quote the object, so the rest is withheld.
 */
function knownText({ message, reason, details }: Status, status: number): string {
  const sentences = harmless.flatMap((form) => form.exec(message)?.[0] ?? []);
  const fields = details.causes.flatMap((cause) => {
    // the path ends in a key of the data at most, never in what it holds
    if (!/^[\x20-\x7e]{1,300}$/.test(cause.field)) return [];
    const owner = cause.reason === 'FieldManagerConflict' ? /^conflict with "[^"]{1,128}"/.exec(cause.message)?.[0] : undefined;
    return `${cause.field} (${owner ?? (bareWord(cause.reason) || 'refused')})`;
  });
  const more = fields.length > mostCauses ? `, and ${fields.length - mostCauses} more` : '';
  const about = fields.length === 0 ? [] : [`fields ${fields.slice(0, mostCauses).join(', ')}${more}`];
  return clean([...sentences, ...about].join('; ')) || `${bare(reason, status)} (the server's message is withheld: it may quote the Secret)`;
}

/** Sentences of the API server and its built-in admission, of which only what matches is passed on. */
const harmless: readonly RegExp[] = [
  /^\w+(\.[\w.]+)? "[^"]{1,253}" (already exists|not found)$/,
  /User "[^"]{1,300}" cannot \w+ resource "[^"]{1,100}" in API group "[^"]{0,253}"( in the namespace "[^"]{1,63}"| at the cluster scope)/,
  /unable to create new content in namespace [a-z0-9-]{1,63} because it is being terminated/,
  /exceeded quota: [a-z0-9.-]{1,253}/,
  /admission webhook "[^"]{1,253}" denied the request/,
  /failed calling webhook "[^"]{1,253}"/,
  /ValidatingAdmissionPolicy '[^']{1,253}' with binding '[^']{1,253}' denied request/,
  /^failed to create typed patch object \([^)]{1,600}\): \.[\w.-]{1,300}: (field not declared in schema|expected \w+)/,
  /illegal base64 data at input byte \d+/,
  /the object has been modified; please apply your changes to the latest version and try again/,
  /the (UID|ResourceVersion) in the precondition \([\w-]{1,64}\) does not match/,
  /field is immutable when `immutable` is set/,
  /etcdserver: [a-z ]{1,60}/,
];

function bare(reason: string, status: number): string {
  // the API server's own 404 for an object names it
  if (status === 404) return 'the server does not serve this kind';
  const word = bareWord(reason);
  return word === '' ? `the server answered ${status}` : `the server answered ${status} ${word}`;
}

/** Reasons are words; anything else is not one. */
function bareWord(reason: string): string {
  return /^\w{1,64}$/.test(reason) ? reason : '';
}

/** One line of bounded length: a message goes into logs and conditions. */
function clean(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length <= mostText ? line : `${line.slice(0, mostText)}…`;
}
