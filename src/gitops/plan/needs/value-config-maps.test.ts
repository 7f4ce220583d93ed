import { expect, it } from 'vitest';
import { type Application, parseApplication } from '../../../api/application.ts';
import type { KubeObject } from '../../../api/object.ts';
import { checkValueConfigMaps, valueConfigMaps } from './value-config-maps.ts';

function application(valuesFrom: string): Application {
  const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet', annotations: { 'prelude.dev/values-from': valuesFrom } }, spec: { source: { repoURL: 'r' }, destination: { name: 'in-cluster', namespace: 'devnet' } } });
  if (!parsed.ok) throw new Error('the sample does not parse');
  return parsed.value;
}

const sample = application('- {kind: ConfigMap, name: facts, valuesKey: peers, targetPath: peers}\n- {kind: ConfigMap, name: more, valuesKey: x, targetPath: x, optional: true}\n- {kind: Secret, name: seed, valuesKey: k, targetPath: k}\n');
const origin = { file: 'facts.yaml', line: 3 };
const configMap = (name: string, data: Readonly<Record<string, string>>, namespace?: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, data });

it('are those of the destination namespace that values are taken from', () => {
  const isSource = valueConfigMaps(sample);

  expect([configMap('facts', {}), configMap('facts', {}, 'devnet'), configMap('more', {})].map(isSource)).toEqual([true, true, true]);
  expect([configMap('facts', {}, 'other'), configMap('seed', {}), { ...configMap('facts', {}), kind: 'Secret' }].map(isSource)).toEqual([false, false, false]);
});

it('are refused where a chart would wait for them without end', () => {
  const check = (object: KubeObject, more: { readonly holdsValues?: true } = {}): readonly string[] => checkValueConfigMaps(sample, [{ object, origin, taint: [], ...more }]).map(({ message }) => message);

  expect(check(configMap('facts', { peers: 'a' }))).toEqual([]);
  expect(check(configMap('facts', { peer: 'a' }))).toEqual(['ConfigMap facts has no key "peers", which a chart takes a value from']);
  expect(check(configMap('facts', { peers: 'a' }), { holdsValues: true })).toEqual(['ConfigMap facts may depend on the very values that a chart takes from it; have it come from another source, or depend on none']);
  expect(check(configMap('more', {}))).toEqual([]);
});
