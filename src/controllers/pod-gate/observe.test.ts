import { expect, it } from 'vitest';
import type { Informer } from '../../kube/informer.ts';
import { glance } from './observe.ts';
import { podNeeds } from './pod-needs.ts';
import type { SecretHead } from './secret-head.ts';

/** A pod that needs three keys of each of so many Secrets. */
function needsOf(secrets: number): Exclude<ReturnType<typeof podNeeds>, 'tooMany'> {
  const volumes = Array.from({ length: secrets }, (_, index) => ({ secret: { secretName: `s-${index}`, items: ['a', 'b', 'c'].map((key) => ({ key, path: key })) } }));
  const needs = podNeeds({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'devnet', name: 'web' }, spec: { volumes } });
  return needs === 'tooMany' ? expect.fail('these are not too many') : needs;
}

function headsOf(get: Informer<SecretHead>['get']): Informer<SecretHead> {
  return { get, values: () => new Map<string, SecretHead>().values(), size: () => 0, subscribe: () => () => {}, synced: Promise.resolve(), healthy: () => true };
}

it('goes through the needs of a pod once for all Secrets, and takes the keys of each to be there', () => {
  let reads = 0;
  const needs = needsOf(100).map((need) => ({ ...need, get secret() { reads += 1; return need.secret; } }));

  const { facts } = glance(needs, { declared: { makersOf: () => [{ name: 'ExternalSecret devnet/x', keys: ['own'], currency: () => ({ current: true }) }], subscribe: () => () => {} }, heads: headsOf(({ name }) => ({ name })) });

  expect(reads).toBeLessThanOrEqual(5 * needs.length);
  expect([...facts.secrets.values()].map(({ keys }) => [...keys].toSorted())).toEqual(Array.from({ length: 100 }, () => ['a', 'b', 'c', 'own']));
});

it('tells of the first maker of a Secret that is behind, and asks no further one', () => {
  const asked: number[] = [];
  const makers = Array.from({ length: 1_000 }, (_, index) => ({ name: `ExternalSecret devnet/x-${index}`, keys: [], currency: () => (asked.push(index), index === 1 ? ({ current: false, reason: 'not synced yet' } as const) : ({ current: true } as const)) }));

  const { facts } = glance(needsOf(1), { declared: { makersOf: () => makers, subscribe: () => () => {} }, heads: headsOf(() => undefined) });

  expect(asked).toEqual([0, 1]);
  expect(facts.producers).toEqual([{ name: 'ExternalSecret devnet/x-1', secret: 'devnet/s-0', current: false, message: 'not synced yet' }]);
});
