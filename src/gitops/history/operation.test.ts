import { describe, expect, it } from 'vitest';
import type { RetryPolicy } from '../../api/application-spec.ts';
import { continueOperation, failOperation, operationDestination, operationPruning, startOperation, succeedOperation, untilNextAttempt } from './operation.ts';

const now = Date.UTC(2026, 0, 1);
const retry: RetryPolicy = { limit: 1, duration: 15_000, factor: 2, maxDuration: 600_000 };
const started = startOperation({ revision: 'abc', source: { repoURL: 'r' }, destination: { namespace: 'devnet' }, prune: true, allowEmpty: false, automated: true }, now);

it('an operation has on record what the policy says of every sync, and without one what Argo CD takes', () => {
  const target = { revision: 'abc', source: {}, destination: {}, prune: false, allowEmpty: false };
  const policy = { syncOptions: ['CreateNamespace=true'], retry: { limit: 2 } };

  expect(startOperation({ ...target, automated: true, policy }, now).operation).toMatchObject({ sync: { revision: 'abc', syncOptions: ['CreateNamespace=true'] }, retry: { limit: 2 } });
  expect(startOperation({ ...target, automated: true }, now).operation).toMatchObject({ sync: { revision: 'abc' }, retry: { limit: 5 } });
  expect(startOperation({ ...target, automated: false }, now).operation).toMatchObject({ retry: {} });
});

describe('an operation', () => {
  it('begins as Argo CD writes it, and remembers where it goes', () => {
    expect(started).toMatchObject({
      operation: { sync: { revision: 'abc', prune: true }, initiatedBy: { automated: true } },
      phase: 'Running',
      startedAt: '2026-01-01T00:00:00Z',
      syncResult: { revision: 'abc', source: { repoURL: 'r' } },
    });
    expect(operationDestination(started)).toBe('{"namespace":"devnet"}');
    expect(operationPruning(started)).toBe('some');
    expect(operationDestination({ ...started, operation: {} })).toBeUndefined();
  });

  it('spends nothing while it waits', () => {
    const waiting = continueOperation(started, 'waiting for secrets');

    expect(waiting).toMatchObject({ phase: 'Running', message: 'waiting for secrets' });
    expect(waiting.retryCount).toBeUndefined();
    expect(untilNextAttempt(waiting, retry, now)).toBe(0);
  });

  it('stays Running with a time while an attempt is left', () => {
    const failed = failOperation(started, { message: 'no', refused: false, now }, retry);

    expect(failed).toMatchObject({ phase: 'Running', retryCount: 1, finishedAt: '2026-01-01T00:00:00Z', message: 'no. Retrying attempt #1 at 2026-01-01T00:00:15Z' });
    expect(untilNextAttempt(failed, retry, now + 5_000)).toBe(10_000);
    expect(untilNextAttempt(failed, retry, now + 20_000)).toBe(0);
    expect(continueOperation(failed, 'again').finishedAt).toBeUndefined();
  });

  it('has failed once the limit is spent, and is still tried, slowly', () => {
    const failed = failOperation({ ...started, retryCount: 1 }, { message: 'no', refused: false, now }, retry);

    expect(failed).toMatchObject({ phase: 'Failed', retryCount: 2, message: 'no' });
    expect(untilNextAttempt(failed, retry, now)).toBe(600_000);
  });

  it('has failed at once where only a person can help', () => {
    const failed = failOperation(started, { message: 'no namespace', refused: true, now }, retry);

    expect(failed.phase).toBe('Failed');
    expect(untilNextAttempt(failed, retry, now)).toBe(600_000);
  });

  it('is not tried again when it has succeeded, or when its time cannot be read', () => {
    const done = succeedOperation({ ...started, retryCount: 3 }, 'synced', now);

    expect(untilNextAttempt(done, retry, now)).toBe(0);
    expect(untilNextAttempt({ ...started, retryCount: 1, finishedAt: 'soon' }, retry, now)).toBe(0);
  });

  it('cuts a message that nobody could read', () => {
    expect(continueOperation(started, 'x'.repeat(5_000)).message).toHaveLength(1024);
  });
});
