import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runtimeMakers } from './runtime-makers.ts';
import { killStride, scenarioOf } from './scenario.ts';
import { neededSecrets } from './values.ts';

describe('the scenario of a seed', () => {
  it('is the same each time, and one that can be brought in', () => {
    fc.assert(
      fc.property(fc.nat(100_000), (seed) => {
        const scenario = scenarioOf(seed);

        expect(scenarioOf(seed)).toEqual(scenario);
        const { secrets, consumers, revisions, edits, refused } = scenario;
        const keys = new Map(secrets.map((secret) => [secret.name, secret.keys]));
        expect(new Set([...keys.keys(), ...consumers.map(({ name }) => name)]).size).toBe(secrets.length + consumers.length);
        for (const need of consumers.flatMap(({ needs }) => needs)) expect(need.key === undefined || keys.get(need.secret)?.includes(need.key)).toBe(true);
        expect(edits.filter(({ what }) => what === 'commit')).toHaveLength(revisions - 1);
        expect(neededSecrets(scenario)).toEqual(secrets);
        // before the last commit there must be one that may be in
        expect(refused && revisions === 1).toBe(false);
      }),
    );
  });

  it('gives no name twice: who needs a Secret may be of the kind of who makes one', () => {
    const twice = Array.from({ length: 1_000 }, (_, seed) => seed).filter((seed) => {
      const { secrets, consumers } = scenarioOf(seed);
      return new Set([...secrets, ...consumers].map(({ name }) => name)).size < secrets.length + consumers.length;
    });

    expect(twice).toEqual([]);
  });

  it('is of every shape within the seeds that each change is tested with, and kills at every request of the first hundred', () => {
    const scenarios = Array.from({ length: killStride }, (_, index) => scenarioOf(index + 1));
    const found = (values: readonly (string | undefined)[]): ReadonlySet<string | undefined> => new Set(values);

    expect(found(scenarios.map(({ namespace }) => namespace))).toEqual(new Set(['absent', 'present', 'terminating']));
    expect(found(scenarios.flatMap(({ secrets }) => secrets.map(({ maker }) => maker)))).toEqual(new Set(['external', 'sealed', 'sops', 'token', 'person', ...runtimeMakers]));
    expect(found(scenarios.flatMap(({ secrets }) => secrets.map(({ mood }) => mood.trouble)))).toEqual(new Set(['none', 'failing', 'flapping']));
    expect(found(scenarios.flatMap(({ consumers }) => consumers.map(({ kind }) => kind)))).toEqual(new Set(['Deployment', 'StatefulSet', 'CronJob', 'Hook']));
    expect(found(scenarios.flatMap(({ consumers }) => consumers.flatMap(({ needs }) => needs.map(({ way }) => way))))).toEqual(new Set(['env', 'envFrom', 'volume', 'projected']));
    expect(found(scenarios.flatMap(({ edits }) => edits.map(({ what }) => what)))).toEqual(new Set(['commit', 'takeBack', 'rollback', 'editExternal', 'deleteSecret', 'scale', 'turn', 'syncPart', 'syncAll', 'terminate']));
    expect(scenarios.some(({ value }) => value !== undefined)).toBe(true);
    expect(found(scenarios.map(({ turning }) => turning?.by))).toEqual(new Set([undefined, 'lookup', 'value']));
    expect(scenarios.some(({ refused }) => refused)).toBe(true);
    expect(scenarios.some(({ waves, revisions }) => waves > 1 && revisions > 2)).toBe(true);
    expect(new Set(scenarios.flatMap(({ kills }) => kills.map(({ at }) => at))).size).toBe(100);
  });
});
