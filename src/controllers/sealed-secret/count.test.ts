import { describe, expect, it } from 'vitest';
import { KubeError } from '../../kube/kube-error.ts';
import type { UnsealFailure } from '../../lib/sealed-secrets-metrics.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { counted, countedReport } from './count.ts';
import type { SealedSecretEntry } from './observe.ts';
import { failed, notManaged, stalled, unsealed } from './outcomes.ts';
import { UnsealMemory } from './unseal-memory.ts';

const { signal } = new AbortController();
const entry: SealedSecretEntry = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { namespace: 'devnet', name: 'faucet', uid: 'u' }, parsed: { ok: false, errors: [] } };

/** What is counted where a reconcile does this. */
async function count(reconcile: () => Promise<Reconciled | undefined>): Promise<{ readonly requests: number; readonly failures: readonly string[]; readonly outcome: string | undefined }> {
  let requests = 0;
  const failures: string[] = [];
  const memory = new UnsealMemory();
  const counts = { requested: () => void (requests += 1), failed: (reason: UnsealFailure, namespace: string) => void failures.push(`${reason} ${namespace}`) };
  await counted(counts, memory, reconcile)(entry, signal, 0).catch(() => {});
  return { requests, failures, outcome: memory.outcome('u') };
}

describe('a look at a SealedSecret', () => {
  it.each<[string, Reconciled | undefined, readonly string[]]>([
    ['that goes well', { outcome: unsealed }, []],
    ['that has nothing to tell', undefined, []],
    ['whose values do not open', { outcome: stalled('ErrUnsealFailed', 'no key could decrypt secret (token)') }, ['unseal devnet']],
    ['that was too much at once', { outcome: failed('ErrUnsealFailed', 'busy') }, ['unseal devnet']],
    ["whose Secret is another's", { outcome: notManaged('faucet') }, ['unmanaged devnet']],
    ['whose Secret cannot be changed', { outcome: stalled('ErrUpdateFailed', 'immutable') }, ['update devnet']],
  ])('is counted once, %s, and its failure by the reason that upstream gives', async (_, reconciled, failures) => {
    expect(await count(() => Promise.resolve(reconciled))).toMatchObject({ requests: 1, failures });
  });

  it('that the API server breaks off is a failure, and is remembered as one', async () => {
    expect(await count(() => Promise.reject(new KubeError('denied', 'create secrets: forbidden')))).toEqual({ requests: 1, failures: ['update devnet'], outcome: 'failed' });
  });

  it('is none where somebody else wrote first', async () => {
    expect(await count(() => Promise.reject(new KubeError('conflict', 'changed')))).toEqual({ requests: 1, failures: [], outcome: undefined });
  });
});

describe('a status that cannot be written', () => {
  it.each([['denied', ['status devnet']], ['conflict', []]] as const)('is counted, unless it is written anew at once: %s', async (kind, expected) => {
    const failures: string[] = [];
    const report = countedReport({ requested: () => {}, failed: (reason, namespace) => void failures.push(`${reason} ${namespace}`) }, () => Promise.reject(new KubeError(kind, 'patch')));

    await expect(report(entry, { outcome: unsealed }, signal)).rejects.toThrow('patch');
    expect(failures).toEqual(expected);
  });
});
