import type { ProviderErrorKind } from '../../src/provider/provider-error.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { AwsOperation } from './operation.ts';
import { readingSecret } from './operation.ts';

/**
 * What a failed call means.
 * - `absent`: the service says that it has no such secret, version of one, or parameter
 * - `forbidden`: the identity is known, and may not do this
 * - `unknown-operation`: the endpoint does not have the operation
 * - `refused`: the request itself is at fault
 * - `failed`: anything that says nothing about what was asked for
 */
export type Meaning = 'absent' | 'forbidden' | 'unknown-operation' | 'refused' | 'failed';

export interface Failure {
  readonly meaning: Meaning;
  /** What to tell. Messages are ours, in constant words: what an endpoint says is never passed on, nor kept as a cause. */
  readonly error: ProviderError;
}

const absent = new Set(['ResourceNotFoundException', 'ParameterNotFound', 'InvalidResourceId']);
export const forbidden = new Set(['AccessDeniedException', 'AccessDenied', 'NotAuthorized']);
/** One secret's key, never the operation: a batch that fails for it is read one by one, and the next is a batch again. */
const undecryptable = new Set([
  'DecryptionFailure',
  'EncryptionFailure',
  'InvalidKeyId',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
]);
/** The session has ended: with keys that are renewed, the next ones are good. */
const expired = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
export const badCredentials = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  ...expired,
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
  'KMSThrottlingException',
  'SlowDown',
  'TooManyUpdates',
]);
export const unknownOperation = new Set(['UnknownOperationException', 'InvalidAction', 'NotImplemented', 'NotImplementedException']);
export const refused = new Set([
  'InvalidParameterException',
  'InvalidRequestException',
  'InvalidNextTokenException',
  'InvalidFilterKey',
  'InvalidFilterOption',
  'InvalidFilterValue',
  'RegionDisabledException',
  'ValidationException',
  'ValidationError',
]);
/** Codes with which AWS refuses to write, or to write this. */
const unwritable = new Set([
  'HierarchyLevelLimitExceededException',
  'HierarchyTypeMismatchException',
  'IncompatiblePolicyException',
  'InvalidAllowedPatternException',
  'InvalidPolicyAttributeException',
  'InvalidPolicyTypeException',
  'LimitExceededException',
  'ParameterAlreadyExists',
  'ParameterLimitExceeded',
  'ParameterMaxVersionLimitExceeded',
  'ParameterPatternMismatchException',
  'PoliciesLimitExceededException',
  'PreconditionNotMetException',
  'ResourceExistsException',
  'TooManyTagsError',
  'UnsupportedParameterType',
]);

/** Translates what the SDK throws for an operation. */
export function failureOf(thrown: unknown, operation: AwsOperation = readingSecret): Failure {
  if (thrown instanceof ProviderError) return { meaning: 'failed', error: thrown };
  const { name, message, status, retryAfter, socketCode } = partsOf(thrown);
  return failureOfCode({ code: name, message, status, ...(retryAfter === undefined ? {} : { retryAfter }), ...(socketCode === undefined ? {} : { socketCode }) }, operation);
}

/** Whether AWS says that the session of the keys has ended. */
export function isExpired(thrown: unknown): boolean {
  return expired.has(partsOf(thrown).name);
}

/** Whether nothing came of the request because its connection was closed. */
export function isClosedConnection(thrown: unknown): boolean {
  const { socketCode } = partsOf(thrown);
  return socketCode === 'ECONNRESET' || socketCode === 'EPIPE';
}

interface Signs {
  /** The error's code in the service's own words, e.g. ResourceNotFoundException. */
  readonly code: string;
  /** The service's text, looked into for one phrase, never passed on. */
  readonly message: string;
  readonly status?: number | undefined;
  /** Milliseconds. */
  readonly retryAfter?: number;
  /** Node's code for a connection that failed. */
  readonly socketCode?: string;
}

/** Translates an error by its code: one that was thrown, or an entry of a batch. */
export function failureOfCode(signs: Signs, operation: AwsOperation = readingSecret): Failure {
  const { code, message, status } = signs;
  const { service, noun, denied, allow, check, credentials } = operation;
  const told = tell(code, status);
  if (absent.has(code) || isDeleted(code, message)) return failure('absent', 'invalid', `the ${noun} does not exist${told}`);
  // no absence: a label is on no version for a moment while it moves
  if (code === 'ParameterVersionNotFound') return failure('refused', 'invalid', `the ${noun} has no such version or label${told}; check version`);
  if (throttling.has(code) || status === 429) return throttled(signs, service, told);
  if (forbidden.has(code)) return failure('forbidden', 'denied', `${denied}${told}; ${allow}`);
  if (undecryptable.has(code)) return failure('refused', 'denied', `AWS cannot use the key of the ${noun}${told}; allow kms:Decrypt on it, kms:GenerateDataKey too where it is pushed to, and see that it is enabled`);
  if (badCredentials.has(code)) return failure('failed', 'denied', `AWS refuses the access key${told}; ${credentials}`);
  if (unknownOperation.has(code)) return failure('unknown-operation', 'unsupported', `the endpoint does not know the operation${told}`);
  if (refused.has(code)) return failure('refused', 'invalid', `AWS refuses the request${told}; ${check}`);
  if (unwritable.has(code)) return failure('refused', 'invalid', `AWS refuses to write the ${noun}${told}; check its name, its value, its metadata and the quotas of the account`);
  return unworded(signs, service, told);
}

function throttled({ retryAfter }: Signs, service: string, told: string): Failure {
  return { meaning: 'failed', error: new ProviderError('throttled', `${service} asks to slow down${told}`, retryAfter === undefined ? {} : { retryAfter }) };
}

/** In no words of the service: one secret's, or everything; alone, each will tell. */
function unworded({ status, socketCode }: Signs, service: string, told: string): Failure {
  if (status === 401 || status === 403) return failure('refused', 'denied', `the endpoint denies the request${told}; check the access key and its policies`);
  if (socketCode !== undefined) return failure('failed', 'unavailable', `${service} cannot be reached (${socketCode})`);
  if (status !== undefined && status >= 500) return failure('failed', 'unavailable', `${service} is not available${told}`);
  return failure('failed', 'unavailable', `the endpoint does not answer as ${service} does${told}`);
}

function failure(meaning: Meaning, kind: ProviderErrorKind, message: string): Failure {
  return { meaning, error: new ProviderError(kind, message) };
}

/** A secret that is to be deleted is gone for readers. AWS has no code for it, only a sentence; its key or a copy in that state is another matter. */
function isDeleted(code: string, message: string): boolean {
  return (code === 'InvalidRequestException' || code === 'InvalidParameterException') && /\bsecret (because it was|that's currently) marked (for deletion|deleted)\b/i.test(message);
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
