import { expect, test } from 'vitest';
import { memoryHome } from '../../../test/support/memory-tree.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { createResolver } from '../source/resolver.ts';
import { planRepository } from './plan-repository.ts';
import { isRefused, type RepositoryPlan } from './planned-application.ts';

function application(name: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  source: {repoURL: ., path: ${name}}
  destination: {server: https://kubernetes.default.svc, namespace: devnet}
`;
}

const store = `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: store}
spec:
  provider: {fake: {data: []}}
`;

/** @param template lines under `template:`, indented by six */
function externalSecret(name: string, template: string, more = ''): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}}
spec:
  secretStoreRef: {name: store}
  data:
    - {secretKey: token, remoteRef: {key: remote}}
${more}  target:
    template:
${template}
`;
}

function configMap(name: string, data: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data:
${data}
`;
}

function workload(secret: string, key: string): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: user}
spec:
  containers:
    - name: main
      env:
        - name: VALUE
          valueFrom: {secretKeyRef: {name: ${secret}, key: ${key}}}
`;
}

async function planOf(files: Readonly<Record<string, string>>): Promise<RepositoryPlan> {
  const home = memoryHome({ 'app.yaml': application('devnet'), 'devnet/store.yaml': store, ...files });
  return planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
}

async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const plan = await planOf(files);
  const all = [...plan.applications.flatMap((one) => (one.kind === 'planned' ? one.plan.problems : [one.problem])), ...plan.problems];
  return all.map(({ severity, origin, path, message }) => `${origin?.file}:${origin?.line} ${severity} ${path}: ${message}`);
}

test('a template that does not parse refuses the plan, with the line of the field and its own', async () => {
  const template = `      data:
        good: "{{ .token }}"
        bad: |
          first
          {{ if .token }}
      metadata:
        labels: {role: "{{ nonsense }}"}
        annotations: {note: "{{ .a }"}
      templateFrom:
        - literal: "{{ end }}"`;
  const rewrite = `  dataFrom:
    - extract: {key: object}
      rewrite:
        - transform: {template: "{{ .value"}
`;

  expect(await problemsOf({ 'devnet/a.yaml': externalSecret('a', template, rewrite) })).toEqual([
    expect.stringMatching(/^devnet\/a\.yaml:11 error spec\.dataFrom\[0\]\.rewrite\[0\]\.transform\.template: template: transform:1: unclosed action$/),
    expect.stringMatching(/^devnet\/a\.yaml:16 error spec\.target\.template\.data\[bad\]: template: bad:\d: unexpected EOF$/),
    expect.stringMatching(/^devnet\/a\.yaml:20 error spec\.target\.template\.metadata\.labels\[role\]: template: role:1: function "nonsense" not defined$/),
    expect.stringMatching(/^devnet\/a\.yaml:21 error spec\.target\.template\.metadata\.annotations\[note\]: template: note:1: unexpected "}" in operand$/),
    expect.stringMatching(/^devnet\/a\.yaml:23 error spec\.target\.template\.templateFrom\[0\]\.literal: template: literal:1: unexpected {{end}}$/),
  ]);
});

test('a pattern that does not parse refuses the plan, with its line, and one that is too dear to look at is told of', async () => {
  const step = (source: string): string => `        - regexp: {source: '${source}', target: ''}\n`;
  const rewrite = `  dataFrom:\n    - extract: {key: object}\n      rewrite:\n${['^db/(.*)$', '(', String.raw`\pL{1000}\pL{1000}\pL{1000}\pL{1000}\pL{1000}`, ...Array.from({ length: 2 }, (_unused, index) => `${index}[a-z]{900}`)].map(step).join('')}`;

  expect(await problemsOf({ 'devnet/a.yaml': externalSecret('a', '      data: {}', rewrite) })).toEqual([
    'devnet/a.yaml:12 error spec.dataFrom[0].rewrite[1].regexp.source: error parsing regexp: missing closing )',
    'devnet/a.yaml:13 error spec.dataFrom[0].rewrite[2].regexp.source: the regular expression is too large',
    'devnet/a.yaml:15 warning spec.dataFrom[0].rewrite[4].regexp.source: is not checked, because the patterns of this object are large; whether it can be parsed shows when keys are rewritten',
  ]);
});

test.each([
  ['of template.data', '      data: {conf: "{{ .token }}"}', 'conf', 'provided'],
  ['that the template leaves out', '      data: {conf: "{{ .token }}"}', 'token', 'missing'],
  ['that mergePolicy keeps', '      mergePolicy: Merge\n      data: {conf: "{{ .token }}"}', 'token', 'provided'],
  ['that a template without data keeps', '      type: acme.example/x', 'token', 'provided'],
  ['of a ConfigMap', '      templateFrom: [{configMap: {name: source, items: [{key: conf}]}}]', 'conf', 'provided'],
  ['of a ConfigMap that goes into a label', '      templateFrom: [{configMap: {name: source, items: [{key: conf}]}, target: Labels}]', 'conf', 'missing'],
  ['of a text that is rendered', '      templateFrom: [{configMap: {name: source, items: [{key: conf, templateAs: KeysAndValues}]}}]', 'conf', 'barrier'],
  ['of a literal without templates', '      templateFrom: [{literal: "conf: x"}]', 'conf', 'provided'],
  ['that a literal without templates has not', '      templateFrom: [{literal: "conf: x"}]', 'other', 'missing'],
  ['of a literal with templates', '      templateFrom: [{literal: "{{ .token }}: x"}]', 'conf', 'barrier'],
])('a key %s is known as far as it can be', async (_what, template, key, state) => {
  const plan = await planOf({ 'devnet/a.yaml': externalSecret('a', template), 'devnet/cm.yaml': configMap('source', '  conf: "x"'), 'devnet/pod.yaml': workload('a', key) });

  expect(plan.applications.flatMap((one) => (one.kind === 'planned' ? one.plan.needs : [])).map(({ resolution }) => resolution.state)).toEqual([state]);
});

test('templates in a ConfigMap of the repository are checked where they stand, once, and others are read live', async () => {
  const uses = (key: string): string => `      templateFrom:\n        - configMap: {name: source, items: [{key: ${key}}]}\n        - secret: {name: elsewhere, items: [{key: a}, {key: b}]}`;

  expect(await problemsOf({ 'devnet/a.yaml': externalSecret('a', uses('bad')), 'devnet/b.yaml': externalSecret('b', uses('god')), 'devnet/c.yaml': externalSecret('c', uses('bad')), 'devnet/cm.yaml': configMap('source', '  good: "{{ .token }}"\n  bad: "{{ .token"') })).toEqual([
    'devnet/a.yaml:12 warning spec.target.template.templateFrom[1].secret.items[0].key: nothing here declares Secret devnet/elsewhere; its templates are read live, and awaited',
    'devnet/b.yaml:11 error spec.target.template.templateFrom[0].configMap.items[0].key: ConfigMap devnet/source (devnet/cm.yaml:1) has no key "god"; is "good" meant?',
    'devnet/b.yaml:12 warning spec.target.template.templateFrom[1].secret.items[0].key: nothing here declares Secret devnet/elsewhere; its templates are read live, and awaited',
    'devnet/c.yaml:12 warning spec.target.template.templateFrom[1].secret.items[0].key: nothing here declares Secret devnet/elsewhere; its templates are read live, and awaited',
    'devnet/cm.yaml:6 error data[bad]: template: bad:1: unclosed action',
  ]);
});

test('a template in a ConfigMap of another Application is told of there, and only where something there uses it', async () => {
  const uses = '      templateFrom: [{configMap: {name: theirs, items: [{key: bad}]}}]';
  const files = { 'other.yaml': application('other'), 'devnet/a.yaml': externalSecret('a', uses), 'other/cm.yaml': configMap('theirs', '  bad: "{{ .token"') };

  expect(await problemsOf(files)).toEqual([]);
  expect(await problemsOf({ ...files, 'other/b.yaml': externalSecret('b', uses) })).toEqual(['other/cm.yaml:5 error data[bad]: template: bad:1: unclosed action']);
  expect(await problemsOf({ ...files, 'other/cm.yaml': configMap('theirs', '  good: x') })).toEqual([
    'devnet/a.yaml:10 error spec.target.template.templateFrom[0].configMap.items[0].key: ConfigMap devnet/theirs (other/cm.yaml:1) has no key "bad"',
  ]);
});

test('a template that is too large to be checked is warned of, once, and is no reason to refuse', async () => {
  const uses = '      templateFrom: [{configMap: {name: source, items: [{key: large}]}}]';
  const plan = { 'devnet/a.yaml': externalSecret('a', uses), 'devnet/b.yaml': externalSecret('b', uses), 'devnet/cm.yaml': configMap('source', `  large: "${'{{ .a }}x'.repeat(40_000)}{{"`) };

  expect(await problemsOf(plan)).toEqual(['devnet/cm.yaml:5 warning data[large]: is not checked, because it is 352 KiB, more than the 256 KiB that are parsed for a plan; whether it can be parsed shows when it is rendered']);
  expect(isRefused(await planOf(plan))).toBe(false);
});

test('a template in a Secret that another ExternalSecret makes must be one of its keys', async () => {
  const uses = (key: string): string => `      templateFrom: [{secret: {name: b, items: [{key: ${key}}]}}]`;
  const b = externalSecret('b', '      data: {conf: "x"}');

  expect(await problemsOf({ 'devnet/a.yaml': externalSecret('a', uses('conf')), 'devnet/b.yaml': b })).toEqual([]);
  expect(await problemsOf({ 'devnet/a.yaml': externalSecret('a', uses('conff')), 'devnet/b.yaml': b })).toEqual([
    'devnet/a.yaml:10 error spec.target.template.templateFrom[0].secret.items[0].key: Secret devnet/b, which ExternalSecret devnet/b (devnet/b.yaml:1) makes, has no key "conff"; is "conf" meant?',
  ]);
});

test('ExternalSecrets whose templates stand in what the other makes are a cycle', async () => {
  const uses = (name: string): string => `      templateFrom: [{secret: {name: ${name}, items: [{key: conf}]}}]\n      data: {conf: x}`;

  expect(await problemsOf({ 'devnet/a.yaml': externalSecret('a', uses('b')), 'devnet/b.yaml': externalSecret('b', uses('a')) })).toEqual([
    'devnet/a.yaml:10 error spec.target.template.templateFrom[0].secret.items[0].key: waits for itself: ExternalSecret devnet/a (devnet/a.yaml:1) renders a template in Secret devnet/b, which is made by ExternalSecret devnet/b (devnet/b.yaml:1) renders a template in Secret devnet/a, which is made by ExternalSecret devnet/a (devnet/a.yaml:1)',
  ]);
  expect(await problemsOf({ 'devnet/a.yaml': externalSecret('a', uses('a')) })).toEqual([
    'devnet/a.yaml:10 error spec.target.template.templateFrom[0].secret.name: is the Secret that the template is for; keep the template in another',
  ]);
});

test('ConfigMaps that hold templates are written with the Secrets, before the barrier; others after it', async () => {
  const plan = await planOf({
    'other.yaml': application('other'),
    'other/b.yaml': externalSecret('b', '      templateFrom: [{configMap: {name: theirs, items: [{key: conf}]}}]'),
    'devnet/a.yaml': externalSecret('a', '      templateFrom: [{configMap: {name: source, items: [{key: conf}]}}]'),
    'devnet/cm.yaml': ['source', 'theirs', 'plain'].map((name) => configMap(name, '  conf: "{{ .token }}"')).join('---\n'),
  });

  const [first] = plan.applications;
  expect(isRefused(plan)).toBe(false);
  const phases = first?.kind === 'planned' ? first.plan.phases : [];
  expect(phases.filter(({ objects }) => objects.length > 0).map(({ name, objects }) => [name, objects.map(({ object }) => `${object.kind} ${object.metadata.name}`)])).toEqual([
    ['plumbing', ['SecretStore store']],
    ['secrets', ['ConfigMap source', 'ConfigMap theirs', 'ExternalSecret a']],
    ['waves', ['ConfigMap plain']],
  ]);
  expect(plan.applications.map((one) => one.application.metadata.name)).toEqual(['devnet', 'other']);
});
