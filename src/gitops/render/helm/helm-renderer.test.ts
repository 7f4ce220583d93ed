import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../../../test/support/memory-tree.ts';
import { type Application, parseApplication } from '../../../api/application.ts';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { maskObject } from '../../plan/mask-object.ts';
import type { Problem, RenderedObject } from '../../plan/plan.ts';
import { createManifestReader } from '../manifest-reader.ts';
import { createRenderers, renderSource } from '../render-source.ts';
import type { Rendered, ValuesFromCluster } from '../renderer.ts';

const { signal } = new AbortController();
const renderers = createRenderers(createManifestReader(1 << 20));

function application(source: Readonly<Record<string, unknown>>, annotations: Readonly<Record<string, string>> = {}): Application {
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet', namespace: 'argocd', annotations },
    spec: { source: { repoURL: '.', path: 'net', ...source }, destination: { name: 'in-cluster', namespace: 'nets' } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

async function render(files: Readonly<Record<string, string>>, source: Readonly<Record<string, unknown>> = {}, more: { readonly valuesFrom?: string; readonly values?: Readonly<Record<string, string>>; readonly lent?: Readonly<Record<string, string>> } = {}): Promise<Rendered> {
  const asked = application(source, more.valuesFrom === undefined ? {} : { 'prelude.dev/values-from': more.valuesFrom });
  const lent = new Map(more.lent === undefined ? [] : [['env', memoryTree(more.lent)]]);
  const values: ValuesFromCluster | undefined = more.values === undefined ? undefined : new Map(Object.entries(more.values).map(([key, value]) => [key, SecretBytes.fromUtf8(value)]));
  return renderSource(renderers, { application: asked, tree: memoryTree(files), path: asked.spec.source.path, source: asked.spec.source, field: 'spec.source', lent }, values, signal);
}

function configMap(name: string, data: string, annotations = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${annotations}data:\n${data}`;
}

const chart = { 'net/Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.2.3\n', 'net/values.yaml': 'a: chart\nb: chart\nc: chart\nd: chart\ne: chart\nf: chart\n' };
const shown = 'a b c d e f'.split(' ').map((name) => `  ${name}: {{ .Values.${name} | quote }}\n`).join('');

function dataOf({ objects, problems }: Rendered, name = 'x'): unknown {
  expect(problems).toEqual([]);
  return objects.find(({ object }) => object.metadata.name === name)?.object['data'];
}

function lines(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ severity, origin, path, message }) => `${origin?.file ?? ''}${path ?? ''} ${severity}: ${message}`);
}

// the first render starts a thread
describe('a chart', { timeout: 30_000 }, () => {
  it("takes values in Argo CD's order: files, block, parameters, strings, files as parameters", async () => {
    const files = {
      ...{ ...chart, 'net/templates/x.yaml': configMap('x', shown), 'net/one.yaml': 'b: one\nc: one\nd: one\ne: one\nf: one\n', 'two.yaml': 'c: two\nd: two\ne: two\nf: two\n' },
      'net/text': 'file',
    };
    const helm = {
      valueFiles: ['one.yaml', '/two.yaml', '$env/three.yaml', 'none.yaml'], ignoreMissingValueFiles: true,
      values: 'e: block\nf: block\n', parameters: [{ name: 'f', value: '007', forceString: true }, { name: 'f', value: 'first' }], fileParameters: [{ name: 'a', path: 'text' }],
    };

    expect(dataOf(await render(files, { helm }, { lent: { 'three.yaml': 'd: three\ne: three\n' } }))).toEqual({ a: 'file', b: 'one', c: 'two', d: 'three', e: 'block', f: '007' });
  });

  it('is told the Application, its namespace and what the source says of the cluster', async () => {
    const template = configMap('x', '  name: {{ .Release.Name }}\n  space: {{ .Release.Namespace }}\n  minor: {{ .Capabilities.KubeVersion.Minor | quote }}\n  has: {{ .Capabilities.APIVersions.Has "x.y/v1" | quote }}\n');
    const files = { ...chart, 'net/templates/x.yaml': template };

    expect(dataOf(await render(files, { helm: { kubeVersion: '1.31.2', apiVersions: ['x.y/v1'] } }))).toEqual({ name: 'devnet', space: 'nets', minor: '31', has: 'true' });
    expect(dataOf(await render(files, { helm: { releaseName: 'other', namespace: 'elsewhere' } }))).toMatchObject({ name: 'other', space: 'elsewhere', has: 'false' });
  });

  it('fills in the build environment in parameters, and takes a comma for part of a value', async () => {
    const files = { ...chart, 'net/templates/x.yaml': configMap('x', shown) };
    const parameters = [{ name: 'a', value: '$ARGOCD_APP_NAME/${ARGOCD_APP_SOURCE_PATH}' }, { name: 'b', value: 'x,y' }, { name: 'c', value: 'cost $$5' }];

    expect(dataOf(await render(files, { helm: { parameters } }))).toMatchObject({ a: 'devnet/net', b: 'x,y', c: 'cost $5' });
    expect(lines((await render(files, { helm: { parameters: [{ name: 'a', value: '$NO_SUCH' }] } })).problems)).toEqual(['spec.source.helm.parameters[0].value warning: $NO_SUCH stands for nothing and is left out; write $$ for a dollar sign']);
  });

  it('gives objects with the template they come from, CRDs and hooks among them, and no tests', async () => {
    const pod = (name: string, hook: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  annotations: {helm.sh/hook: ${hook}}\nspec: {}\n`;
    const files = {
      ...chart, 'net/templates/x.yaml': configMap('x', shown), 'net/templates/hook.yaml': pod('hook', 'pre-install'), 'net/templates/test.yaml': pod('test', 'test'), 'net/templates/gone.yaml': pod('gone', 'post-rollback'), 'net/templates/cleanup.yaml': pod('cleanup', 'pre-delete'), 'net/templates/both.yaml': pod('both', '"pre-install,post-upgrade"'),
      'net/crds/c.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.x.y}\nspec: {}\n', 'net/templates/NOTES.txt': 'hello\n',
      'net/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n', 'net/charts/db/templates/y.yaml': configMap('sub', '  a: b\n'),
    };
    const { objects, problems } = await render(files);

    expect(objects.map(({ object, origin }) => `${object.kind} ${object.metadata.name} ${origin.file}`).toSorted()).toEqual([
      'ConfigMap sub net/charts/db/templates/y.yaml', 'ConfigMap x net/templates/x.yaml', 'CustomResourceDefinition things.x.y net/crds/c.yaml', 'Pod both net/templates/both.yaml', 'Pod cleanup net/templates/cleanup.yaml', 'Pod hook net/templates/hook.yaml',
    ]);
    expect(lines(problems)).toEqual(['net/templates/gone.yaml warning: hook Pod gone is not run: a rollback of a release is a sync like any other']);
    expect((await render(files, { helm: { skipCrds: true } })).objects.map(({ object }) => object.kind)).not.toContain('CustomResourceDefinition');
  });

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, unknown>>, string]>([
    ['a file of values that is not there', {}, { valueFiles: ['none.yaml'] }, 'spec.source.helm.valueFiles[0] error: there is no such file in the repository'],
    ['a file of values outside of the repository', {}, { valueFiles: ['../../etc/passwd'] }, 'spec.source.helm.valueFiles[0] error: leads out of the repository'],
    ['a file of values to be fetched', {}, { valueFiles: ['https://x.example/v.yaml'] }, 'spec.source.helm.valueFiles[0] error: is a URL, and nothing is fetched; commit the file'],
    ['a ref that no source has', {}, { valueFiles: ['$none/v.yaml'] }, 'spec.source.helm.valueFiles[0] error: no source has the ref "none"'],
    ['broken values', {}, { values: 'a: "open' }, 'spec.source.helm.values error: '],
    ['a template that fails', { 'net/templates/f.yaml': '{{ fail "enough" }}' }, {}, 'net/templates/f.yaml error: '],
    ['a template with an unknown function', { 'net/templates/f.yaml': '{{ noSuch 1 }}' }, {}, 'noSuch'],
    ['no chart', { 'net/Chart.yaml': '' }, {}, 'net/Chart.yaml error: '],
  ])('refuses %s', async (_what, files, helm, message) => {
    const { objects, problems } = await render({ ...chart, ...files }, { helm });

    expect(objects).toEqual([]);
    expect(lines(problems).join('\n')).toContain(message);
  });
});

describe('values from Secrets', { timeout: 30_000 }, () => {
  const templates = {
    'net/templates/s.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  key: {{ .Values.seed.key | b64enc }}\n  plain: eA==\n',
    'net/templates/d.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n    metadata:\n      annotations: {checksum/secret: {{ include (print $.Template.BasePath "/s.yaml") . | sha256sum }}}\n    spec: {containers: [{name: c, image: "x:{{ .Values.a }}"}]}\n',
  };
  const files = { ...chart, ...templates };
  const valuesFrom = '- {kind: Secret, name: keys, valuesKey: pair, targetPath: seed.key}\n';
  const pair = 'CANARY-public,CANARY-private={x}';
  const at = ({ objects }: Rendered, kind: string): RenderedObject => {
    const found = objects.find(({ object }) => object.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  };

  it('are placeholders offline, and whatever is made of them is marked', async () => {
    const rendered = await render(files, {}, { valuesFrom });

    expect(rendered.problems).toEqual([]);
    expect(at(rendered, 'Secret')).toMatchObject({ taint: [['data', 'key']], holdsValues: true });
    expect(at(rendered, 'Deployment').taint).toEqual([['spec', 'template', 'metadata', 'annotations', 'checksum/secret']]);
  });

  it('are set literally in the second pass, and are shown nowhere', async () => {
    const rendered = await render(files, {}, { valuesFrom, values: { 'Secret/keys/pair': pair } });

    expect(rendered.problems).toEqual([]);
    expect(at(rendered, 'Secret').object['data']).toEqual({ key: Buffer.from(pair).toString('base64'), plain: 'eA==' });
    const text = JSON.stringify(rendered.objects.map(maskObject));
    for (const secret of [pair, Buffer.from(pair).toString('base64'), 'CANARY']) expect(text).not.toContain(secret);
    expect(at(rendered, 'Deployment').taint).toHaveLength(1);
  });

  it('warn where they land outside of a Secret, and refuse where they are names', async () => {
    const stray = await render({ ...chart, 'net/templates/x.yaml': configMap('x', '  half: {{ .Values.seed.key | trunc 4 | upper }}\n') }, {}, { valuesFrom });
    const named = await render({ ...chart, 'net/templates/x.yaml': configMap('x-{{ .Values.seed.key | lower | trunc 3 | sha256sum | trunc 5 }}', '  a: b\n') }, {}, { valuesFrom });
    const needed = await render({ ...chart, 'net/templates/x.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, envFrom: [{secretRef: {name: "{{ .Values.seed.key }}"}}]}]}\n' }, {}, { valuesFrom });

    expect(lines(stray.problems)).toEqual(['net/templates/x.yamldata.half warning: a value from a Secret lands in ConfigMap x, which is not a Secret']);
    expect(lines(named.problems)).toEqual(['net/templates/x.yaml error: whether this template renders this ConfigMap, or what it is called, depends on a value from a Secret']);
    expect(lines(needed.problems)).toContain('net/templates/x.yaml error: which Secret this Pod needs depends on a value from a Secret');
  });

  it('win over what Git says, are of the type that the schema wants, and are no part of an error', async () => {
    const schema = JSON.stringify({ properties: { seed: { properties: { key: { type: 'integer', minimum: 5 } } } } });
    const port = { ...chart, 'net/values.schema.json': schema, 'net/templates/x.yaml': configMap('x', '  kind: {{ kindOf .Values.seed.key }}\n') };
    const failing = { ...chart, 'net/templates/x.yaml': '{{ if contains "CANARY" .Values.seed.key }}{{ fail .Values.seed.key }}{{ end }}' };

    expect((await render(port, { helm: { values: 'seed: {key: 1}' } }, { valuesFrom })).problems).toEqual([]);
    expect(dataOf(await render(port, {}, { valuesFrom, values: { 'Secret/keys/pair': '7' } }))).toEqual({ kind: expect.stringMatching(/^(int64|float64)$/) });
    for (const [source, value] of [[port, 'CANARY'], [failing, pair]] as const) {
      const { objects, problems } = await render(source, {}, { valuesFrom, values: { 'Secret/keys/pair': value } });
      expect(objects).toEqual([]);
      expect(problems).not.toEqual([]);
      expect(JSON.stringify(problems)).not.toContain('CANARY');
    }
  });

  it('may be whole documents, of which nothing is known offline', async () => {
    const whole = '- {kind: Secret, name: keys}\n- {kind: ConfigMap, name: facts, valuesKey: v, targetPath: a}\n- {kind: Secret, name: none, optional: true}\n';
    const withDefault = { ...files, 'net/values.yaml': `${chart['net/values.yaml']}seed: {key: none}\n` };
    const offline = await render(withDefault, {}, { valuesFrom: whole });
    const online = await render(withDefault, {}, { valuesFrom: whole, values: { 'Secret/keys/values.yaml': `seed: {key: ${pair.split(',')[0]}}\n`, 'ConfigMap/facts/v': 'v9' } });

    expect(lines(offline.problems)).toEqual([
      'net/Chart.yaml warning: the values of key values.yaml of Secret keys are known only in the cluster; what is planned is without them, and nothing of the chart is written before they are read',
      'net/Chart.yaml warning: the values of key values.yaml of Secret none are known only in the cluster; what is planned is without them, and nothing of the chart is written before they are read',
    ]);
    expect(online.problems).toEqual([]);
    expect(at(online, 'Secret').taint).toEqual([['data', 'key']]);
    expect(JSON.stringify(at(online, 'Deployment').object)).toContain('x:v9');
  });

  const account = (name: string, text: string): string => `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  annotations: {text: ${text}}\n`;
  const heldBack = ({ objects }: Rendered): readonly string[] => objects.filter(({ holdsValues }) => holdsValues === true).map(({ object }) => object.metadata.name).toSorted();

  it.each([
    ['a ConfigMap', '- {kind: ConfigMap, name: facts, valuesKey: v, targetPath: b}\n', ['maybe', 'uses']],
    ['an optional ConfigMap', '- {kind: ConfigMap, name: facts, valuesKey: v, targetPath: b, optional: true}\n', ['maybe', 'uses']],
    ['an optional Secret that switches', '- {kind: Secret, name: keys, valuesKey: v, targetPath: key, optional: true}\n', ['switched']],
    ['a ConfigMap beside a Secret', '- {kind: Secret, name: keys, valuesKey: v, targetPath: c}\n- {kind: ConfigMap, name: facts, valuesKey: v, targetPath: b}\n', ['maybe', 'third', 'uses']],
    ['a whole document of a ConfigMap', '- {kind: ConfigMap, name: facts}\n', ['own', 'switched', 'third', 'uses']],
    ['a whole document of an optional Secret', '- {kind: Secret, name: keys, optional: true}\n', ['own', 'switched', 'third', 'uses']],
    ['nothing', '[]', []],
  ])('are not yet known of %s, so that what depends on it is held back, unmasked and no problem', async (_what, from, names) => {
    const templates = {
      'net/templates/own.yaml': account('own', 'x'), 'net/templates/uses.yaml': account('uses', '{{ .Values.b | quote }}'), 'net/templates/third.yaml': account('third', '{{ .Values.c | sha256sum }}'),
      'net/templates/maybe.yaml': `{{ if hasPrefix "value" .Values.b }}\n${account('maybe', 'x')}{{ end }}`, 'net/templates/switched.yaml': account('switched', '{{ if .Values.key }}with{{ else }}without{{ end }}'),
    };
    const rendered = await render({ ...chart, ...templates }, {}, { valuesFrom: from });

    expect(heldBack(rendered)).toEqual(names);
    expect(rendered.problems.filter(({ message }) => !message.includes('known only in the cluster') && !message.includes('lands in ServiceAccount third'))).toEqual([]);
    expect(rendered.objects.filter(({ taint }) => taint.length > 0).map(({ object }) => object.metadata.name)).toEqual(from.includes('targetPath: c') ? ['third'] : []);
  });

  it('hold everything back where the chart does not take the other values', async () => {
    const rendered = await render({ ...chart, 'net/templates/o.yaml': account('own', 'x'), 'net/templates/f.yaml': '{{ required "say k" .Values.k }}: 1' }, {}, { valuesFrom: '- {kind: Secret, name: keys, valuesKey: k, targetPath: k, optional: true}\n' });

    expect(heldBack(rendered)).toContain('own');
  });

  it('may be ordinary words, which other names hold as well', async () => {
    const named = {
      ...chart, 'net/templates/x.yaml': configMap('devnet-postgres', '  user: {{ .Values.user | quote }}\n  fixed: at postgres\n  other: b\n', '  labels: {app: postgres}\n'),
      'net/templates/p.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, envFrom: [{secretRef: {name: postgres-login}}]}]}\n',
    };
    const from = '- {kind: Secret, name: keys, valuesKey: user, targetPath: user}\n';
    const rendered = await render(named, {}, { valuesFrom: from, values: { 'Secret/keys/user': 'postgres' } });

    expect(rendered.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(rendered.objects.map(({ object }) => object.metadata.name).toSorted()).toEqual(['devnet-postgres', 'p']);
    expect(at(rendered, 'ConfigMap').taint.map((path) => path.join('.')).toSorted()).toEqual(['data.fixed', 'data.user', 'metadata.labels.app']);
    for (const word of ['data', 'name', 'kind', 'ConfigMap']) {
      const other = await render(named, {}, { valuesFrom: from, values: { 'Secret/keys/user': word } });
      expect(other.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(JSON.stringify(other.objects.map(maskObject))).not.toContain(`"user":"${word}"`);
    }
  });

  it('are names of nothing, whatever they are', async () => {
    const named = { ...chart, 'net/templates/x.yaml': configMap('net-{{ .Values.user }}', '  a: b\n') };
    const rendered = await render(named, {}, { valuesFrom: '- {kind: Secret, name: keys, valuesKey: user, targetPath: user}\n', values: { 'Secret/keys/user': 'postgres' } });

    expect(rendered.objects).toEqual([]);
    expect(JSON.stringify(rendered.problems)).not.toContain('postgres');
    expect(lines(rendered.problems)).toEqual(['net/templates/x.yaml error: whether this template renders this ConfigMap, or what it is called, depends on a value from a Secret']);
  });

  it.each(['', '      ', ' \n\n\n\n', 'x   \n'])('are not looked for where they are as short as %j', async (value) => {
    const rendered = await render({ ...chart, 'net/templates/x.yaml': configMap('x', '  other: "x y"\n') }, {}, { valuesFrom, values: { 'Secret/keys/pair': value } });

    expect(rendered.problems).toEqual([]);
    expect(at(rendered, 'ConfigMap').taint).toEqual([]);
  });
});

