import type { ProviderErrorKind } from '../../src/provider/provider-error.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/**
 * What a failed call to Secrets Manager means.
 * - `absent`: the service says that it has no such secret or version
 * - `forbidden`: the identity is known, and may not do this
 * - `unknown-operation`: the endpoint does not have the operation
 * - `refused`: the request itself is at fault
 * - `failed`: anything that says nothing about the secret asked for
 */
export type Meaning = 'absent' | 'forbidden' | 'unknown-operation' | 'refused' | 'failed';

export interface Failure {
  readonly meaning: Meaning;
  /** What to tell. Messages are ours, in constant words: what an endpoint says is never passed on, nor kept as a cause. */
  readonly error: ProviderError;
}

export const forbidden = new Set(['AccessDeniedException', 'AccessDenied', 'NotAuthorized']);
/** One secret's key, never the operation: a batch that fails for it is read one by one, and the next is a batch again. */
const undecryptable = new Set(['DecryptionFailure', 'KMSAccessDeniedException']);
export const badCredentials = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'OptInRequired',
  'AuthFailure',
]);
export const throttling = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'LimitExceededException',
  'SlowDown',
]);
export const unknownOperation = new Set(['UnknownOperationException', 'InvalidAction', 'NotImplemented', 'NotImplementedException']);
export const refused = new Set(['InvalidParameterException', 'InvalidRequestException', 'InvalidNextTokenException', 'ValidationException', 'ValidationError']);

/** Translates what the SDK throws. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof ProviderError) return { meaning: 'failed', error: thrown };
  const { name, message, status, retryAfter, socketCode } = partsOf(thrown);
  return failureOfCode({ code: name, message, status, ...(retryAfter === undefined ? {} : { retryAfter }), ...(socketCode === undefined ? {} : { socketCode }) });
}

/** Whether nothing came of the request because its connection was closed. */
export function isClosedConnection(thrown: unknown): boolean {
  const { socketCode } = partsOf(thrown);
  return socketCode === 'ECONNRESET' || socketCode === 'EPIPE';
}

interface Signs {
  /** The error's code in the service's own words, e.g. ResourceNotFoundException. */
  readonly code: string;
  /** The service's text, looked into for two phrases, never passed on. */
  readonly message: string;
  readonly status?: number | undefined;
  /** Milliseconds. */
  readonly retryAfter?: number;
  /** Node's code for a connection that failed. */
  readonly socketCode?: string;
}

/** Translates an error by its code: one that was thrown, or an entry of a batch. */
export function failureOfCode({ code, message, status, retryAfter, socketCode }: Signs): Failure {
  const told = tell(code, status);
  if (code === 'ResourceNotFoundException' || (refused.has(code) && isDeleted(message))) return failure('absent', 'invalid', `the secret does not exist${told}`);
  if (throttling.has(code) || status === 429) {
    return { meaning: 'failed', error: new ProviderError('throttled', `AWS Secrets Manager asks to slow down${told}`, retryAfter === undefined ? {} : { retryAfter }) };
  }
  if (forbidden.has(code)) return failure('forbidden', 'denied', `AWS denies reading the secret${told}; allow secretsmanager:GetSecretValue on it and kms:Decrypt on its key`);
  if (undecryptable.has(code)) return failure('refused', 'denied', `AWS cannot decrypt the secret${told}; allow kms:Decrypt on its key`);
  if (badCredentials.has(code)) return failure('failed', 'denied', `AWS refuses the access key${told}; check the Secret that auth.secretRef names`);
  if (unknownOperation.has(code)) return failure('unknown-operation', 'unsupported', `the endpoint does not know the operation${told}`);
  if (refused.has(code)) return failure('refused', 'invalid', `AWS refuses the request${told}; check key and version`);
  // in no words of the service: one secret's, or everything; alone, each will tell
  if (status === 401 || status === 403) return failure('refused', 'denied', `the endpoint denies the request${told}; check the access key and its policies`);
  if (socketCode !== undefined) return failure('failed', 'unavailable', `AWS Secrets Manager cannot be reached (${socketCode})`);
  if (status !== undefined && status >= 500) return failure('failed', 'unavailable', `AWS Secrets Manager is not available${told}`);
  return failure('failed', 'unavailable', `the endpoint does not answer as AWS Secrets Manager does${told}`);
}

function failure(meaning: Meaning, kind: ProviderErrorKind, message: string): Failure {
  return { meaning, error: new ProviderError(kind, message) };
}

/** A secret that is to be deleted is gone for readers. AWS has no code for it, only the sentence. */
function isDeleted(message: string): boolean {
  return /marked (for deletion|deleted)|scheduled for deletion/i.test(message);
}

/** The code in brackets. The request's id stays out: a message that differs each time would be a new status each time. */
export function tell(code: string, status: number | undefined): string {
  const known = /^[A-Z][A-Za-z]{2,60}$/.test(code) && !['Error', 'SyntaxError', 'TypeError', 'Unknown', 'UnknownError'].includes(code) ? [code] : [];
  const parts = known.length > 0 ? known : status === undefined ? [] : [`HTTP ${status}`];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

export interface Parts {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly socketCode: string | undefined;
}

/** What there is to know of an error of the SDK, of which nothing is sure but that it was thrown. */
export function partsOf(thrown: unknown): Parts {
  const error = fieldsOf(thrown);
  const response = fieldsOf(error['$response']);
  const status = fieldsOf(error['$metadata'])['httpStatusCode'] ?? response['statusCode'];
  const seconds = Number(fieldsOf(response['headers'])['retry-after'] ?? Number.NaN);
  const code = error['code'] ?? fieldsOf(error['cause'])['code'];
  return {
    name: typeof error['name'] === 'string' ? error['name'] : '',
    message: typeof error['message'] === 'string' ? error['message'] : '',
    status: typeof status === 'number' ? status : undefined,
    retryAfter: seconds >= 0 ? seconds * 1000 : undefined,
    socketCode: typeof code === 'string' && /^E[A-Z_]{2,40}$/.test(code) ? code : undefined,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
