import { dirname } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { type Application, parseApplication } from '../../src/api/application.ts';
import type { Problem } from '../../src/gitops/plan/plan.ts';
import { createHelmEngine } from '../../src/gitops/render/helm-binary/helm-engine.ts';
import { createHelmRenderer } from '../../src/gitops/render/helm/helm-renderer.ts';
import { createKustomizeRenderer } from '../../src/gitops/render/kustomize/kustomize-renderer.ts';
import type { Rendered, Renderer, ValuesFromCluster } from '../../src/gitops/render/renderer.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { memoryTree } from '../support/memory-tree.ts';

const { signal } = new AbortController();
const { helm, kustomize } = inject('parts');

function application(source: Readonly<Record<string, unknown>>, annotations: Readonly<Record<string, string>> = {}): Application {
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet', namespace: 'argocd', annotations },
    spec: { source: { repoURL: '.', path: 'net', ...source }, destination: { name: 'in-cluster', namespace: 'nets' } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

function render(renderer: Renderer, files: Readonly<Record<string, string>>, asked = application({}), values?: ValuesFromCluster): Promise<Rendered> {
  return renderer.render({ application: asked, tree: memoryTree(files), path: 'net', source: asked.spec.source, field: 'spec.source', lent: new Map() }, values, signal);
}

function lines(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ severity, origin, message }) => `${origin?.file ?? ''} ${severity}: ${message}`);
}

const configMap = (name: string, data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${data}`;

describe('the helm program', () => {
  const renderer = createHelmRenderer(() => createHelmEngine(helm));
  const chart = { 'net/Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.2.3\n', 'net/values.yaml': 'a: chart\n' };
  const fromSecret = application({}, { 'prelude.dev/values-from': '- {kind: Secret, name: keys, valuesKey: pair, targetPath: seed.key}\n' });
  const secret = (value: string): ValuesFromCluster => new Map([['Secret/keys/pair', SecretBytes.fromUtf8(value)]]);

  it('renders a release with its values, CRDs and hooks, and tells the template of each object', async () => {
    const files = {
      ...chart, 'net/templates/x.yaml': configMap('x', '  a: {{ .Values.a }}\n  name: {{ .Release.Name }}.{{ .Release.Namespace }}\n  minor: {{ .Capabilities.KubeVersion.Minor | quote }}\n  has: {{ .Capabilities.APIVersions.Has "x.y/v1" | quote }}\n'),
      'net/templates/hook.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: hook, annotations: {helm.sh/hook: pre-install}}\nspec: {}\n', 'net/crds/c.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.x.y}\n',
    };
    const { objects, problems } = await render(renderer, files, application({ helm: { values: 'a: block', kubeVersion: '1.31.2', apiVersions: ['x.y/v1'] } }));

    expect(problems).toEqual([]);
    expect(objects.map(({ object, origin }) => `${object.kind} ${origin.file}`).toSorted()).toEqual(['ConfigMap net/templates/x.yaml', 'CustomResourceDefinition net/crds/c.yaml', 'Pod net/templates/hook.yaml']);
    expect(objects.find(({ object }) => object.kind === 'ConfigMap')?.object['data']).toEqual({ a: 'block', name: 'devnet.nets', minor: '31', has: 'true' });
  });

  it('is handed values of Secrets in no argument and no file, and what it says of them is not told', async () => {
    const good = { ...chart, 'net/templates/s.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {key: {{ .Values.seed.key | b64enc }}}\n' };
    const bad = { ...chart, 'net/templates/s.yaml': '{{ if contains "CANARY" .Values.seed.key }}{{ fail .Values.seed.key }}{{ end }}' };

    const [only] = (await render(renderer, good, fromSecret, secret('CANARY,{x}'))).objects;
    expect(only).toMatchObject({ object: { data: { key: Buffer.from('CANARY,{x}').toString('base64') } }, taint: [['data', 'key']] });
    expect(lines((await render(renderer, bad, fromSecret, secret('CANARY'))).problems)).toEqual(['net/Chart.yaml error: helm cannot render the chart; why is not told, because values of Secrets are among its values']);
  });

  it('tells what is wrong with a chart, and no folder of this machine', async () => {
    const [problem] = lines((await render(renderer, { ...chart, 'net/templates/x.yaml': '{{ fail "enough" }}' })).problems);

    expect(problem).toContain('enough');
    expect(problem).not.toContain('/tmp');
  });
});

describe('the kustomize program', () => {
  const renderer = createKustomizeRenderer(dirname(kustomize));

  it('renders an overlay over a base of the same repository', async () => {
    const files = {
      'net/kustomization.yaml': 'resources: [../base]\nnamePrefix: dev-\nconfigMapGenerator: [{name: gen, files: [conf], options: {disableNameSuffixHash: true}}]\n', 'net/conf': 'text',
      'base/kustomization.yaml': 'resources: [x.yaml]\n', 'base/x.yaml': configMap('x', '  a: b\n'),
    };
    const { objects, problems } = await render(renderer, files);

    expect(problems).toEqual([]);
    expect(objects.map(({ object, origin }) => [object.metadata.name, object['data'], origin.file])).toEqual([['dev-gen', { conf: 'text' }, 'net/kustomization.yaml'], ['dev-x', { a: 'b' }, 'net/kustomization.yaml']]);
  });

  it.each([
    ['starts no plugin', 'transformers: [plugin.yaml]\n', 'apiVersion: someteam.example/v1\nkind: Anything\nmetadata: {name: x, annotations: {config.kubernetes.io/function: "exec: {path: ./run.sh}"}}\n'],
    ['fetches nothing that a file leads to', 'generators: [plugin.yaml]\n', 'apiVersion: builtin\nkind: ResourceGenerator\nmetadata: {name: x}\nresources: ["https://x.example/a.yaml"]\n'],
    ['reads nothing that a transformer in place names', 'transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: x}\n  path: http://127.0.0.1:9/x\n', ''],
    ['knows no field in another case', 'Resources: ["http://127.0.0.1:9/x"]\n', ''],
    ['inflates no chart', 'generators: [plugin.yaml]\n', 'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nname: x\nrepo: https://x.example\n'],
  ])('%s', async (_what, kustomization, plugin) => {
    const { objects, problems } = await render(renderer, { 'net/kustomization.yaml': kustomization, 'net/plugin.yaml': plugin, 'net/run.sh': '#!/bin/sh\ntouch /tmp/never\n' });

    expect(objects).toEqual([]);
    expect(lines(problems)).toEqual([expect.stringMatching(/^net\/kustomization\.yaml error: is not (supported: what a plugin would|a field that kustomize has)/)]);
  });

  it('says so where it is not installed', async () => {
    const { problems } = await render(createKustomizeRenderer('/nonexistent'), { 'net/kustomization.yaml': 'resources: []\n' });

    expect(lines(problems)).toEqual(['net/kustomization.yaml error: this folder is a kustomization, and neither kustomize nor kubectl is in PATH; install one of them']);
  });
});
