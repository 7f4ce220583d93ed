import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../../test/support/memory-tree.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { discover } from './discover.ts';

function application(name: string, namespace = ''): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}${namespace}}\nspec: {source: {repoURL: .}, destination: {name: in-cluster, namespace: net}}\nstatus: {sync: {status: Synced}}\n`;
}

function find(files: Readonly<Record<string, string>>) {
  return discover(memoryTree(files), createManifestReader(1 << 20), new AbortController().signal);
}

describe('discover', () => {
  it('finds Applications wherever they stand, sorted, with the line they stand on', async () => {
    const { applications, problems } = await find({
      'z/one.yaml': `# first\n${application('b')}---\n${application('a')}`,
      'deep/er/two.yml': application('c', ', namespace: aaa'),
      'list.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'd' }, spec: { source: { repoURL: '.' }, destination: { name: 'in-cluster', namespace: 'n' } } }] }),
      'readme.md': application('no'),
    });

    expect(problems).toEqual([]);
    expect(applications.map(({ application: { metadata }, origin }) => `${metadata.namespace}/${metadata.name} ${origin.file}:${origin.line}`)).toEqual([
      'aaa/c deep/er/two.yml:1',
      'argocd/a z/one.yaml:8',
      'argocd/b z/one.yaml:2',
      'argocd/d list.json:1',
    ]);
  });

  it('takes no status from Git', async () => {
    const { applications } = await find({ 'a.yaml': application('a') });

    expect(applications[0]?.object).not.toHaveProperty('status');
    expect(applications[0]?.application.status).toEqual({});
  });

  it('looks into no templates of a chart, and into folders of that name elsewhere', async () => {
    const { applications } = await find({
      'charts/net/Chart.yaml': 'apiVersion: v2\nname: net\n',
      'charts/net/templates/app.yaml': application('templated'),
      'charts/net/templates/sub/app.yaml': '{{ .Values.broken }',
      'charts/net/extra/app.yaml': application('extra'),
      'templates/app.yaml': application('kept'),
    });

    expect(applications.map((one) => one.application.metadata.name)).toEqual(['extra', 'kept']);
  });

  it('is not stopped by a broken file', async () => {
    const { applications, files } = await find({ 'a.yaml': 'a: [', 'b.yaml': application('b') });

    expect(applications).toHaveLength(1);
    expect(files.find(({ path }) => path === 'a.yaml')?.problems).toHaveLength(1);
  });
});
