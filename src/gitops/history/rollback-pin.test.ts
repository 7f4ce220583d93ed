import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseApplication } from '../../api/application.ts';
import type { Application } from '../../api/application.ts';
import { describePin, followPin, printPin, readPin, rollbackAnnotation } from './rollback-pin.ts';

const old = 'a'.repeat(40);
const bad = 'b'.repeat(40);
const source = { repoURL: 'https://git.example/testnets.git', path: 'devnet' };

function application(pin: string | undefined, spec: object = { source }): Application {
  const annotations = pin === undefined ? {} : { [rollbackAnnotation]: pin };
  const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet', annotations }, spec: { ...spec, destination: { name: 'in-cluster', namespace: 'devnet' } } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

describe('readPin', () => {
  it('has nothing to say where there is no annotation, or an empty one', () => {
    expect(readPin(application(undefined))).toEqual({});
    expect(readPin(application(' '))).toEqual({});
  });

  it('takes a bare commit, as a person writes it', () => {
    expect(readPin(application(`${old}\n`))).toEqual({ pin: { revision: old } });
  });

  it('reads back whatever was printed', () => {
    const text = fc.string({ maxLength: 200 });
    const optional = fc.record({ replaces: fc.constant(bad), by: text, cause: text, automatic: fc.constant(true as const) }, { requiredKeys: [] });

    fc.assert(
      fc.property(optional, (more) => {
        expect(readPin(application(printPin({ revision: old, ...more })))).toEqual({ pin: { revision: old, ...more } });
      }),
    );
  });

  it.each(['main', 'a b', 'abc1234', '{', '{}', '{"revision":1}', '{"revision":"main"}', `{"revision":"${old}","extra":1}`, `${old},${bad}`, '[]', 'null'])('does not act on %j, and says so', (text) => {
    expect(readPin(application(text))).toMatchObject({ problem: expect.stringContaining(rollbackAnnotation) });
  });

  it('never throws, whatever stands there', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readPin(application(text))).not.toThrow();
      }),
    );
  });

  it('wants a revision of each of several sources, and of a chart its version', () => {
    const sources = [source, { repoURL: 'https://charts.example', chart: 'redis', targetRevision: '1.*' }];

    expect(readPin(application(`${old},1.2.3`, { sources }))).toEqual({ pin: { revision: `${old},1.2.3` } });
    expect(readPin(application(old, { sources }))).toMatchObject({ problem: expect.stringContaining('2 sources') });
  });
});

describe('followPin', () => {
  const pin = { revision: old, replaces: bad };

  it.each([
    ['follows the branch where there is no pin', bad, undefined, { kind: 'branch' }],
    ['holds while the branch stands for what it replaces', bad, pin, { kind: 'pinned', pin }],
    ['is released by any other commit', 'c'.repeat(40), pin, { kind: 'released', pin }],
    ['is released where the branch itself went back', old, pin, { kind: 'released', pin }],
    ['holds while Git does not say', undefined, pin, { kind: 'pinned', pin }],
    ['is completed with what the branch stands for', bad, { revision: old }, { kind: 'completed', pin }],
    ['waits to be completed until Git says', undefined, { revision: old }, { kind: 'pinned', pin: { revision: old } }],
    ['has nothing to hold where the branch is there already', old, { revision: old }, { kind: 'released', pin: { revision: old } }],
  ] as const)('%s', (_title, head, given, expected) => {
    expect(followPin(head, given)).toEqual(expected);
  });
});

describe('describePin', () => {
  it('says who went back to what, instead of what, and why', () => {
    expect(describePin({ revision: 'a', replaces: 'b', by: 'ada', cause: 'it crashes' })).toBe('rolled back to a instead of b, by ada: it crashes');
    expect(describePin({ revision: 'a', automatic: true })).toBe('rolled back to a, automatically');
  });
});
