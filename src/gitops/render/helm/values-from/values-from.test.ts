import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../../../api/application.ts';
import { parseApplication } from '../../../../api/application.ts';
import { parseTargetPath, withValueAt } from './target-path.ts';
import { readValuesFrom } from './values-from.ts';

function application(annotation: string): Application {
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'net', namespace: 'argocd', annotations: { 'prelude.dev/values-from': annotation } },
    spec: { sources: [{ repoURL: '.', path: 'chart', name: 'chart' }], destination: { name: 'in-cluster', namespace: 'net' } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

const read = (annotation: string) => readValuesFrom(application(annotation));

describe('prelude.dev/values-from', () => {
  it('has the fields of a HelmRelease, and the source that an entry is for', () => {
    const { entries, errors } = read('- {kind: Secret, name: keys}\n- {kind: ConfigMap, name: facts, valuesKey: peers, targetPath: "seed.peers[1].a\\\\.b", optional: true, source: chart}\n');

    expect(errors).toEqual([]);
    expect(entries).toEqual([
      { kind: 'Secret', name: 'keys', key: 'values.yaml', optional: false },
      { kind: 'ConfigMap', name: 'facts', key: 'peers', target: ['seed', 'peers', 1, 'a.b'], optional: true, source: 'chart' },
    ]);
  });

  it.each([
    ['{}', 'must be a list'],
    ['- {kind: Secret}', '[0].name: is required'],
    ['- {kind: Pod, name: a}', '[0].kind: must be one of "Secret", "ConfigMap"'],
    ['- {kind: Secret, name: a, namespace: other}', '[0].namespace: unknown field'],
    ['- {kind: Secret, name: a, targetPath: "a..b"}', '[0].targetPath: must be a path in the values, like seed.keyPair or nodes[0].key'],
    ['- {kind: Secret, name: a, source: other}', 'no source has the name "other"'],
    ['- "open', 'not valid YAML: a quote, bracket, brace, comma, colon or space is missing (line 1)'],
  ])('refuses %j', (annotation, message) => {
    expect(read(annotation).errors).toEqual([{ path: 'metadata.annotations[prelude.dev/values-from]', message }]);
  });
});

describe('parseTargetPath', () => {
  it.each(['', '.', 'a.', '.a', 'a..b', '[0]', 'a[x]', 'a[0', 'a[99999]', 'a b\\'])('takes %j for none', (text) => {
    expect(parseTargetPath(text)).toBeUndefined();
  });

  it('reads back whatever keys it is written with', () => {
    const key = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.tuple(key, fc.array(fc.oneof(key, fc.nat(100)), { maxLength: 5 })), ([first, rest]) => {
        const path = [first, ...rest];
        const text = path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step.replace(/[\\.[\]]/g, '\\$&')}`)).join('');

        expect(parseTargetPath(text)).toEqual(path);
      }),
    );
  });
});

describe('withValueAt', () => {
  it('sets a value as it is, whatever stood there', () => {
    const pair = 'public,private={a},\\b';

    expect(withValueAt({ a: 'text', keep: 1 }, ['a', 'b', 1, 'c'], pair)).toEqual({ a: { b: [null, { c: pair }] }, keep: 1 });
    expect(withValueAt({ a: { b: [{ c: 1 }, { c: 2, d: 3 }] } }, ['a', 'b', 1, 'c'], pair)).toEqual({ a: { b: [{ c: 1 }, { c: pair, d: 3 }] } });
  });

  it('pollutes nothing', () => {
    expect(Object.keys(withValueAt({}, ['__proto__', 'x'], 1))).toEqual(['__proto__']);
    expect(({} as Readonly<Record<string, unknown>>)['x']).toBeUndefined();
  });
});
