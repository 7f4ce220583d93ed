import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { failureOf, failureOfCode } from './errors.ts';
import { readingParameter } from './operation.ts';

/** An error as the SDK throws it. */
function thrown(name: string, parts: object = {}): Error {
  return Object.assign(new Error('canary: what the endpoint said'), { name, $metadata: { httpStatusCode: 400, requestId: 'canary-request' }, ...parts });
}

describe('failureOf', () => {
  it.each([
    ['ResourceNotFoundException', 'absent', 'invalid'],
    ['AccessDeniedException', 'forbidden', 'denied'],
    ['DecryptionFailure', 'refused', 'denied'],
    ['KMSAccessDeniedException', 'refused', 'denied'],
    ['UnrecognizedClientException', 'failed', 'denied'],
    ['InvalidClientTokenId', 'failed', 'denied'],
    ['InvalidSignatureException', 'failed', 'denied'],
    ['ExpiredTokenException', 'failed', 'denied'],
    ['ThrottlingException', 'failed', 'throttled'],
    ['UnknownOperationException', 'unknown-operation', 'unsupported'],
    ['InvalidParameterException', 'refused', 'invalid'],
    ['InvalidRequestException', 'refused', 'invalid'],
    ['ValidationException', 'refused', 'invalid'],
    ['SomethingNewException', 'failed', 'unavailable'],
  ])('takes %s for %s and tells it as %s, naming the code', (name, meaning, kind) => {
    const failure = failureOf(thrown(name));

    expect([failure.meaning, failure.error.kind]).toEqual([meaning, kind]);
    expect(failure.error.message).toContain(name);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it.each(["You can't perform this operation on the secret because it was marked for deletion.", "You tried to perform the operation on a secret that's currently marked deleted."])(
    'counts a secret as absent of which AWS says: %s',
    (message) => {
      expect(failureOfCode({ code: 'InvalidRequestException', message }).meaning).toBe('absent');
      expect(failureOfCode({ code: 'InvalidParameterException', message }).meaning).toBe('absent');
      expect(failureOfCode({ code: 'ValidationException', message }).meaning).toBe('refused');
      expect(failureOfCode({ code: 'InternalServiceError', message, status: 500 }).meaning).toBe('failed');
    },
  );

  it.each([
    'KMS key arn:aws:kms:eu-central-1:1:key/x is scheduled for deletion',
    "You can't perform this operation: the key of the secret was marked for deletion",
    'the replica of the secret is marked for deletion',
  ])('takes no secret for absent whose key or copy is to be deleted: %s', (message) => {
    expect(failureOfCode({ code: 'InvalidRequestException', message }).meaning).toBe('refused');
  });

  it('takes a parameter for there that has no such version, for a label may be on its way from one version to the other', () => {
    expect(failureOfCode({ code: 'ParameterVersionNotFound', message: '' }, readingParameter)).toMatchObject({ meaning: 'refused', error: { kind: 'invalid', message: 'the parameter has no such version or label (ParameterVersionNotFound); check version' } });
  });

  it.each([
    ['2', 2000],
    ['0', 0],
    ['soon', undefined],
    ['-1', undefined],
  ])('reads Retry-After %j as %s ms', (header, wait) => {
    expect(failureOf(thrown('TooManyRequestsException', { $response: { headers: { 'retry-after': header } } })).error.retryAfter).toBe(wait);
  });

  it('takes status 429 for throttling, whatever stands with it', () => {
    expect(failureOf(thrown('SyntaxError', { $metadata: { httpStatusCode: 429 } })).error.kind).toBe('throttled');
  });

  it('never makes a name that an endpoint made up a part of the message', () => {
    const { error } = failureOf(thrown('hunter2 {"password":"canary"}', { $metadata: { httpStatusCode: 400 } }));

    expect(error.message).toBe('the endpoint does not answer as AWS Secrets Manager does (HTTP 400)');
  });

  it.each([[undefined], [null], ['canary'], [7], [{}]])('makes something of %j too', (value) => {
    expect(failureOf(value)).toMatchObject({ meaning: 'failed', error: { kind: 'unavailable', message: 'the endpoint does not answer as AWS Secrets Manager does' } });
  });

  it('passes on what is translated already', () => {
    const error = new ProviderError('invalid', 'known');

    expect(failureOf(error)).toEqual({ meaning: 'failed', error });
  });
});
