import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { failureOf } from './errors.ts';
import { codesIn, VaultFailure } from './vault-failure.ts';

describe('what a vault answers', () => {
  it.each([
    [404, ['SecretNotFound'], 'absent', 'invalid'],
    [404, ['KeyNotFound'], 'absent', 'invalid'],
    [404, ['CertificateNotFound'], 'absent', 'invalid'],
    [404, ['ResourceNotFound'], 'failed', 'unavailable'],
    [404, [], 'failed', 'unavailable'],
    [403, ['SecretNotFound'], 'failed', 'denied'],
    [403, ['SecretDisabled', 'Forbidden'], 'failed', 'denied'],
    [403, ['KeyDisabled', 'Forbidden'], 'failed', 'denied'],
    [403, ['CertificateDisabled', 'Forbidden'], 'failed', 'denied'],
    [403, ['ForbiddenByFirewall', 'Forbidden'], 'failed', 'denied'],
    [403, [], 'failed', 'denied'],
    [409, ['ObjectIsDeletedButRecoverable', 'Conflict'], 'failed', 'invalid'],
    [409, ['ObjectIsBeingDeleted', 'Conflict'], 'failed', 'unavailable'],
    [409, ['ObjectIsBeingRecovered', 'Conflict'], 'failed', 'unavailable'],
    [409, ['Conflict'], 'failed', 'unavailable'],
    [400, ['BadParameter'], 'failed', 'invalid'],
    [413, [], 'failed', 'invalid'],
    [429, ['Throttled'], 'failed', 'throttled'],
    [500, ['InternalServerError'], 'failed', 'unavailable'],
    [504, [], 'failed', 'unavailable'],
  ] as const)('with %d and the codes %j is %s, told as %s', (status, codes, meaning, kind) => {
    expect(failureOf(new VaultFailure(status, codes, undefined))).toMatchObject({ meaning, error: { kind } });
  });

  it.each([['2', 2000], [undefined, undefined], ['soon', undefined]])('asks with Retry-After %j for %s ms of rest', (header, wait) => {
    expect(failureOf(new VaultFailure(429, [], header)).error.retryAfter).toBe(wait);
  });

  it('is looked into for its codes alone, the innermost first', () => {
    const body = { error: { code: 'Forbidden', message: 'canary', innererror: { code: 'SecretDisabled', canary: 'canary' } } };

    expect(codesIn(JSON.stringify(body))).toEqual(['SecretDisabled', 'Forbidden']);
    expect(['', '<html>', '{}', '[]', '{"error":"canary"}', '{"error":{"code":7}}'].map(codesIn)).toEqual([[], [], [], [], [], []]);
  });

  it('never makes a code that nobody knows a part of the message', () => {
    expect(inspect(failureOf(new VaultFailure(403, ['hunter2 canary'], undefined)).error)).not.toContain('canary');
  });
});

describe('what the SDK throws', () => {
  it.each([
    [new Error('The challenge resource "canary" does not match'), 'invalid'],
    [Object.assign(new Error('canary'), { statusCode: 401 }), 'denied'],
    [new TypeError('canary'), 'unavailable'],
    ['canary', 'unavailable'],
    [undefined, 'unavailable'],
  ])('is told in words of ours: %#', (thrown, kind) => {
    const { meaning, error } = failureOf(thrown);

    expect([meaning, error.kind]).toEqual(['failed', kind]);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('is passed on where it is translated already', () => {
    const error = new ProviderError('invalid', 'known');

    expect(failureOf(error)).toEqual({ meaning: 'failed', error });
  });
});
