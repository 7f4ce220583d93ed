import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../../../../test/support/memory-tree.ts';
import type { ChartSources, PackagedChart } from '../../../source/resolver.ts';
import type { ChartFile } from '../chart.ts';
import { loadChart } from '../load/load-chart.ts';
import { withDependencies } from './locked-dependencies.ts';

const { signal } = new AbortController();
const dependsOn = 'apiVersion: v2\nname: net\nversion: 1.0.0\ndependencies: [{name: db, version: ~1.2, repository: "https://charts.example"}]\n';
const lock = (repository: string): string => `dependencies: [{name: db, version: 1.2.9, repository: "${repository}"}]\ndigest: sha256:x\ngenerated: "2026-01-01T00:00:00Z"\n`;

function sources(): ChartSources & { readonly asked: PackagedChart[] } {
  const asked: PackagedChart[] = [];
  return {
    asked,
    poll: async ({ version }) => version,
    resolve: async (chart) => {
      asked.push(chart);
      return { ...memoryTree({ 'Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.2.9\n' }), readFrom: { kind: 'chart', label: 'db' } };
    },
  };
}

async function complete(files: Readonly<Record<string, string>>, charts?: ChartSources, repositoryRefusal: (repoURL: string) => string | undefined = () => undefined): Promise<readonly string[]> {
  const given: readonly ChartFile[] = Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) }));
  return (await withDependencies(given, await loadChart(given), { charts, repositoryRefusal }, signal)).map(({ name }) => name);
}

describe('dependencies that are not in charts/', () => {
  it('are fetched in the versions that Chart.lock names', async () => {
    const charts = sources();

    expect(await complete({ 'Chart.yaml': dependsOn, 'Chart.lock': lock('https://charts.example') }, charts)).toEqual(['Chart.yaml', 'Chart.lock', 'charts/db/Chart.yaml']);
    expect(charts.asked).toEqual([{ repoURL: 'https://charts.example', chart: 'db', version: '1.2.9' }]);
  });

  it('are left as they are where charts/ has them', async () => {
    const charts = sources();

    expect(await complete({ 'Chart.yaml': dependsOn, 'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.2.0\n' }, charts)).toEqual(['Chart.yaml', 'charts/db/Chart.yaml']);
    expect(charts.asked).toEqual([]);
  });

  it('are not asked for where the project does not allow their repository', async () => {
    const charts = sources();
    const refusal = (repoURL: string): string | undefined => (repoURL === 'https://charts.example' ? 'project nets does not allow this repository (sourceRepos)' : undefined);

    await expect(complete({ 'Chart.yaml': dependsOn, 'Chart.lock': lock('https://charts.example') }, charts, refusal)).rejects.toThrow('its repository may not be read: project nets does not allow this repository (sourceRepos)');
    expect(charts.asked).toEqual([]);
    expect(await complete({ 'Chart.yaml': dependsOn, 'Chart.lock': lock('https://other.example') }, charts, refusal)).toHaveLength(3);
  });

  it.each<[string, Readonly<Record<string, string>>, ChartSources | undefined, string]>([
    ['offline', { 'Chart.lock': lock('https://charts.example') }, undefined, 'nothing is fetched offline'],
    ['without a lock', {}, sources(), 'Chart.lock names no version of db'],
    ['of a folder beside the chart', { 'Chart.lock': lock('file://../db') }, sources(), 'is not one that can be fetched from; commit the chart'],
    ['of a repository that only a configuration names', { 'Chart.lock': lock('@company') }, sources(), 'is not one that can be fetched from; commit the chart'],
  ])('are refused %s', async (_what, files, charts, message) => {
    await expect(complete({ 'Chart.yaml': dependsOn, ...files }, charts)).rejects.toThrow(message);
  });

  it.each(['..', '../db', 'a/b', '.', 'a..b/c'])('are refused with a name that is a path: %s', async (name) => {
    const charts = sources();
    const files = { 'Chart.yaml': dependsOn.replace('name: db', `name: ${JSON.stringify(name)}`), 'Chart.lock': lock('oci://registry.example/acme').replace('name: db', `name: ${JSON.stringify(name)}`) };

    await expect(complete(files, charts)).rejects.toThrow('is the name of no chart');
    expect(charts.asked).toEqual([]);
  });
});
