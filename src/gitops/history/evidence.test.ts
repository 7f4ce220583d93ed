import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationStatus, OperationState } from '../../api/application-status.ts';
import type { AwaitedSecret } from '../apply/barrier/evidence.ts';
import { evidenceInfo, evidenceLog, keepEvidence, withEvidence } from './evidence.ts';

const at = Date.UTC(2026, 0, 1);
const openedAt = '2026-01-01T00:00:00Z';

function operation(startedAt = openedAt): OperationState {
  return { operation: { info: [{ name: 'destination', value: '{}' }] }, phase: 'Running', startedAt };
}

function textOf({ operation: { info } }: OperationState): string {
  return JSON.stringify(info);
}

const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,40}$/);
const secret: fc.Arbitrary<AwaitedSecret> = fc.record({ secret: fc.tuple(name, name).map(([namespace, own]) => `${namespace}/${own}`), resourceVersion: fc.stringMatching(/^[0-9]{1,12}$/), by: fc.option(name.map((own) => `ExternalSecret ${own}/${own}`), { nil: undefined }) }).map(({ by, ...rest }) => (by === undefined ? rest : { ...rest, by }));
const secrets = fc.uniqueArray(secret, { maxLength: 8, selector: ({ secret: id, by = '', resourceVersion }) => `${id} ${by} ${resourceVersion}` });

/** `devnet/secret-1`, and so on. */
function many(count: number, version = '12345678'): readonly AwaitedSecret[] {
  return Array.from({ length: count }, (_, index) => ({ secret: `devnet/secret-${index}`, by: `ExternalSecret devnet/secret-${index}`, resourceVersion: version }));
}

describe('the evidence of revisions', () => {
  it('is read as it was written, beside what else is noted down', () => {
    fc.assert(
      fc.property(fc.array(secrets, { minLength: 1, maxLength: 5 }), (revisions) => {
        const written = revisions.reduce((before, found, id) => withEvidence(before, id, { target: 't', at, secrets: found }), operation());

        const read = [...evidenceLog({ operationState: written })].map(([id, entry]) => [id, entry.openedAt, new Set(entry.secrets)]);
        expect(read).toEqual(revisions.map((found, id) => [id, openedAt, new Set(found)]));
        expect(textOf(written)).toContain('"destination"');
      }),
    );
  });

  it('is the very same text where nothing is new', () => {
    const once = withEvidence(operation(), 3, { target: 't', at, secrets: many(5) });

    expect(withEvidence(once, 3, { target: 't', at, secrets: many(5) })).toBe(once);
    expect(withEvidence(once, 3, undefined)).toBe(once);
  });

  it('lists as many Secrets as there is room for, counts the others, and names one that stays the same once', () => {
    const first = withEvidence(operation(), 0, { target: 't', at, secrets: many(1_000) });
    const entry = evidenceLog({ operationState: first }).get(0);
    expect([entry?.secrets.length, entry?.more]).toEqual([281, 719]);

    const second = withEvidence(first, 1, { target: 't', at, secrets: many(1_000) });
    expect(textOf(second).length - textOf(first).length).toBeLessThan(2_000);
  });

  it('drops the oldest revisions where there is no room for all', () => {
    let state = operation();
    for (let id = 0; id < 10; id += 1) state = withEvidence(state, id, { target: 't', at, secrets: many(1_000, `${id}`) });

    expect([...evidenceLog({ operationState: state }).keys()]).toEqual([8, 9]);
    expect(textOf(state).length).toBeLessThan(56_000);
  });

  it('that cannot be read is forgotten', () => {
    for (const value of ['{', '[]', '{"opened":1}', 'null', '{"opened":{"0":"x"},"secrets":{"odd":[0],"a/b@1":[7]}}']) {
      const state: OperationState = { ...operation(), operation: { info: [{ name: evidenceInfo, value }] } };
      expect([...evidenceLog({ operationState: state }).values()].flatMap((entry) => entry.secrets)).toEqual([]);
    }
    expect(evidenceLog({})).toEqual(new Map());
  });
});

describe('what is carried over to the next status', () => {
  const history = [{ id: 4, deployedAt: openedAt }];
  const known = [3, 4, 5].reduce((state, id) => withEvidence(state, id, { target: 't', at, secrets: many(1, `${id}`) }), operation());
  const before: ApplicationStatus = { operationState: known, history };
  const idsOf = (status: ApplicationStatus): readonly number[] => [...evidenceLog(status).keys()];

  it('is what the history still has, where another operation begins', () => {
    expect(idsOf(keepEvidence(before, { history, operationState: operation('2026-01-02T00:00:00Z') }))).toEqual([4]);
  });

  it('is what an operation has found on its way, too, as long as it goes on', () => {
    expect(idsOf(keepEvidence(before, { history, operationState: operation() }))).toEqual([4, 5]);
    expect(idsOf(keepEvidence(before, { history: [...history, { id: 5, deployedAt: openedAt }], operationState: operation() }))).toEqual([4, 5]);
  });

  it('is nothing where nothing was found, and changes nothing then', () => {
    const next: ApplicationStatus = { operationState: operation('2026-01-02T00:00:00Z') };

    expect(keepEvidence({}, next).operationState).toBe(next.operationState);
    expect(keepEvidence(before, {})).toEqual({});
  });
});
