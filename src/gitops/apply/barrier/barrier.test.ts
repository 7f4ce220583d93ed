import { describe, expect, it } from 'vitest';
import type { ResolvedNeed } from '../../plan/plan.ts';
import { decideBarrier } from './barrier.ts';
import type { BarrierFacts, ProducerFact, SecretFact } from './barrier.ts';

const origin = { file: 'node.yaml', line: 3 };

function need(secret: string, key?: string): ResolvedNeed {
  const consumers = [{ kind: 'Deployment', name: 'node', origin, path: 'spec' }];
  return { namespace: 'devnet', secret, ...(key === undefined ? {} : { key }), consumers, resolution: { state: 'barrier', reason: 'test' } };
}

function secret(...keys: readonly string[]): SecretFact {
  return { keys: new Set(keys), deleting: false, resourceVersion: '1' };
}

function facts(secrets: Readonly<Record<string, SecretFact>>, producers: readonly ProducerFact[] = []): BarrierFacts {
  return { secrets: new Map(Object.entries(secrets)), producers };
}

const denied: ProducerFact = { name: 'ExternalSecret devnet/seed', secret: 'devnet/seed', current: false, message: 'access denied' };
const current: ProducerFact = { ...denied, current: true, message: '' };

function awaited(needs: readonly ResolvedNeed[], given: BarrierFacts, gateAll = false): readonly string[] {
  const verdict = decideBarrier(needs, given, gateAll);
  return verdict.open ? [] : verdict.awaited.map(({ message }) => message);
}

describe('decideBarrier', () => {
  it('is open where nothing is needed', () => {
    expect(decideBarrier([], facts({}), false)).toEqual({ open: true });
  });

  it('opens once Secret and key are there and current', () => {
    expect(decideBarrier([need('seed', 'key'), need('seed')], facts({ 'devnet/seed': secret('key', 'pub') }, [current]), false)).toEqual({ open: true });
  });

  it('names a Secret that is not there, and who needs it', () => {
    expect(awaited([need('seed', 'key')], facts({}))).toEqual(['Secret devnet/seed does not exist (needed by Deployment node)']);
  });

  it('does not take a Secret of another namespace', () => {
    expect(awaited([need('seed')], facts({ 'testnet/seed': secret() }))).toEqual(['Secret devnet/seed does not exist (needed by Deployment node)']);
  });

  it('names a key that is missing', () => {
    expect(awaited([need('seed', 'pub')], facts({ 'devnet/seed': secret('key') }))).toEqual(['Secret devnet/seed has no key pub (needed by Deployment node)']);
  });

  it('waits for a Secret on its way out', () => {
    expect(awaited([need('seed')], facts({ 'devnet/seed': { keys: new Set(), deleting: true, resourceVersion: '1' } }))).toEqual(['Secret devnet/seed is being deleted (needed by Deployment node)']);
  });

  it('does not take a Secret that is there but not the current work of its declaration', () => {
    expect(awaited([need('seed', 'key'), need('seed', 'pub')], facts({ 'devnet/seed': secret('key', 'pub') }, [denied]))).toEqual(['ExternalSecret devnet/seed: access denied']);
  });

  it('requires every declaration of one Secret', () => {
    expect(awaited([need('seed')], facts({ 'devnet/seed': secret() }, [current, { ...denied, name: 'ExternalSecret devnet/other' }]))).toEqual(['ExternalSecret devnet/other: access denied']);
  });

  it('does not wait for a declaration that nothing needs, unless told to', () => {
    expect(awaited([], facts({}, [denied]))).toEqual([]);
    expect(awaited([], facts({}, [denied]), true)).toEqual(['ExternalSecret devnet/seed: access denied']);
  });

  it('waits for what the cluster fills in, though the Secret is there and all of it is needed', () => {
    const by = { kind: 'Secret', name: 'token', origin, fills: ['token'] };
    const whole: ResolvedNeed = { ...need('token'), resolution: { state: 'provided', by } };

    expect(awaited([whole], facts({ 'devnet/token': secret() }))).toEqual(['Secret devnet/token has no key token (needed by Deployment node)']);
    expect(awaited([whole], facts({ 'devnet/token': secret('token') }))).toEqual([]);
    // nobody fills anything in on a cluster that only records
    expect(awaited([whole], { ...facts({ 'devnet/token': secret() }), fillsNothing: true })).toEqual([]);
  });

  it('says each thing once', () => {
    expect(awaited([need('seed', 'key'), need('seed', 'key')], facts({}))).toHaveLength(1);
  });
});
