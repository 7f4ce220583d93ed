import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../../test/support/memory-tree.ts';
import { type Application, parseApplication } from '../../api/application.ts';
import type { ResolvedTree, Resolver } from '../source/resolver.ts';
import { SourceError } from '../source/source-error.ts';
import { createManifestReader } from './manifest-reader.ts';
import { renderApplication } from './render-application.ts';
import { createRenderers } from './render-source.ts';

const { signal } = new AbortController();
const renderers = createRenderers(createManifestReader(1 << 20));
const commit = (letter: string): string => letter.repeat(40);

/** Repositories and charts by their names; a revision is answered as it is asked for. */
function resolverOf(repositories: Readonly<Record<string, Readonly<Record<string, string>>>>): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  const tree = (name: string, revision: string, kind: 'git' | 'chart'): ResolvedTree => {
    asked.push(`${name} ${revision}`);
    const files = repositories[name];
    if (files === undefined) throw new SourceError('absent', `${name} is not there`);
    return { ...memoryTree(files), revision, readFrom: { kind, label: name } };
  };
  return {
    asked,
    resolve: async (repoURL, revision) => tree(repoURL, revision === 'main' ? commit('a') : revision, 'git'),
    poll: async () => commit('a'),
    charts: { resolve: async ({ chart, version }) => tree(chart, version, 'chart'), poll: async ({ version }) => version },
  };
}

function application(sources: readonly Readonly<Record<string, unknown>>[]): Application {
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'net', namespace: 'argocd' },
    spec: { sources, destination: { name: 'in-cluster', namespace: 'net' } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

const configMap = (name: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: ${value}}\n`;

describe('renderApplication', { timeout: 30_000 }, () => {
  const repositories = {
    env: { 'devnet/values.yaml': 'value: env\n' },
    chart: { 'Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n', 'templates/x.yaml': configMap('x', '{{ .Values.value }}') },
    extra: { 'net/x.yaml': configMap('x', 'extra'), 'net/z.yaml': configMap('other', 'extra') },
  };
  const sources = [
    { repoURL: 'env', targetRevision: 'main', ref: 'env' },
    { repoURL: 'https://charts.example', chart: 'chart', targetRevision: '1.0.0', helm: { valueFiles: ['$env/devnet/values.yaml'] } },
    { repoURL: 'extra', targetRevision: 'main', path: 'net' },
  ];

  it('gives a packaged chart the files of values of another source', async () => {
    const { rendered, revision } = await renderApplication(application(sources.slice(0, 2)), { resolver: resolverOf(repositories), renderers }, signal);

    expect(rendered).toMatchObject({ problems: [], objects: [{ object: { data: { value: 'env' } }, origin: { file: 'templates/x.yaml' } }] });
    expect(revision).toBe(`${commit('a')},1.0.0`);
  });

  it('takes the object of the later source where two have it', async () => {
    const { rendered } = await renderApplication(application(sources), { resolver: resolverOf(repositories), renderers }, signal);

    expect(rendered.objects.map(({ object }) => [object.metadata.name, object['data']])).toEqual([['x', { value: 'extra' }], ['other', { value: 'extra' }]]);
    expect(rendered.problems).toEqual([{ severity: 'warning', condition: 'RepeatedResourceWarning', message: 'ConfigMap x is rendered by a later source, too, whose object is taken', origin: { file: 'templates/x.yaml', line: 1 } }]);
  });

  it('reads each source at the revision that it had before', async () => {
    const resolver = resolverOf(repositories);
    await renderApplication(application(sources), { resolver, renderers, revision: [commit('b'), '0.9.0', commit('c')].join(',') }, signal);

    expect(resolver.asked).toEqual([`env ${commit('b')}`, 'chart 0.9.0', `extra ${commit('c')}`]);
  });

  it('keeps a chart to its digest, and tells it the version alone', async () => {
    const pinned = `1.0.0@sha256:${'0'.repeat(64)}`;
    const chart = { repoURL: 'https://charts.example', chart: 'chart', targetRevision: pinned, helm: { parameters: [{ name: 'value', value: '$ARGOCD_APP_REVISION' }] } };
    const resolver = resolverOf(repositories);
    const { rendered, revision } = await renderApplication(application([chart]), { resolver, renderers, revision: pinned }, signal);

    expect(resolver.asked).toEqual([`chart ${pinned}`]);
    expect(revision).toBe(pinned);
    expect(rendered.objects.map(({ object }) => object['data'])).toEqual([{ value: '1.0.0' }]);
  });

  it('names the source that cannot be read, and that no chart is fetched offline', async () => {
    const { charts: _charts, ...offline } = resolverOf(repositories);

    await expect(renderApplication(application([{ repoURL: 'none', path: 'x' }]), { resolver: offline, renderers }, signal)).rejects.toMatchObject({ message: 'none is not there', field: 'spec.sources[0].repoURL' });
    await expect(renderApplication(application(sources), { resolver: offline, renderers }, signal)).rejects.toMatchObject({ kind: 'elsewhere', field: 'spec.sources[1].repoURL' });
  });
});
