import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createChartRenderer } from '../../../src/gitops/render/helm/engine/chart-renderer.ts';
import { helmFunctions } from '../../../src/gitops/render/helm/engine/helm-functions.ts';
import { chartManifests } from '../../../src/gitops/render/helm/manifests/chart-manifests.ts';
import { printTemplateOutput } from '../../../src/gitops/render/helm/manifests/print-template-output.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { helm } from '../../support/chart.ts';
import { failures, renderFunctions, snippets } from './engine-snippets.ts';
import { snippetChart, snippetValues, writeSnippetChart } from './snippet-chart.ts';

const renderer = createChartRenderer({ clock: systemClock, limits: { milliseconds: 120_000 } });
const folder = mkdtempSync(join(tmpdir(), 'prelude-engine-'));
afterAll(async () => {
  await renderer.close();
  rmSync(folder, { recursive: true });
});

/** What real Helm and ours make of these templates. */
async function renderBoth(name: string, templates: Readonly<Record<string, string>>): Promise<{ readonly theirs: string; readonly ours: string }> {
  const chart = snippetChart(templates);
  const path = join(folder, name);
  writeSnippetChart(path, chart);
  const [{ code, stdout, stderr }, result] = await Promise.all([
    helm(['template', 'rel', path, '--namespace', 'ns']),
    renderer.renderChart({ tenant: name, chart, values: snippetValues, release: { name: 'rel', namespace: 'ns' } }, AbortSignal.timeout(150_000)),
  ]);
  const theirs = code === 0 ? stdout : stderr.replace(/\n\nUse --debug flag[^]*/, '').trim();
  if (!result.ok) return { theirs, ours: `Error: ${result.problem.message}` };
  const sorted = chartManifests('snippets', result.templates, { check: true });
  return { theirs, ours: sorted.ok ? printTemplateOutput(sorted.manifests) : `Error: ${sorted.detail}` };
}

/** The same without its middle, which repeats itself. */
const endsOf = (text: string): readonly [string, string] => [text.slice(0, 1_500), text.slice(-500)];

describe('the template engine beside real Helm', () => {
  it('renders every snippet to the same bytes', async () => {
    const templates = Object.fromEntries(snippets.map((text, index) => [`s${index}.yaml`, `{{ define "s${index}" }}${text}{{ end }}out: {{ include "s${index}" . | toJson }}\n`]));
    const { theirs, ours } = await renderBoth('all', templates);

    expect(ours.split('\n')).toEqual(theirs.split('\n'));
    expect(theirs).toContain('# Source: snippets/charts/child/templates/child.yaml');
  }, 180_000);

  it('parts, sorts and prints documents, hooks and tests to the same bytes', async () => {
    const object = (kind: string, name: string, annotations = ''): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${annotations === '' ? '' : `  annotations:\n${annotations}`}`;
    const kinds = 'ValidatingWebhookConfiguration Zebra Deployment Apple Secret Namespace Job CronJob Role ServiceAccount ConfigMap Service APIService PriorityClass Ingress'.split(' ');
    const { theirs, ours } = await renderBoth('documents', {
      'all.yaml': `\n\n${kinds.map((kind) => object(kind, '{{ .Release.Name }}')).join('---\n')}\n---\n\n--- # nothing but this\n---kind: Glued\n`,
      'hooks.yaml': ['pre-install', 'post-install,pre-upgrade', 'test', 'test-success', 'never', 'pre-delete , POST-DELETE'].map((event, index) => object(index % 2 === 0 ? 'Job' : 'Pod', `h${index}`, `    helm.sh/hook: ${event}\n    helm.sh/hook-weight: "${3 - index}"\n`)).join('---\n'),
      'empty.yaml': '{{ if false }}x{{ end }}\n \n',
      'comment.yaml': '# {{ .Chart.Name }}\n',
      'texts.yaml': 'kind: 5\nmetadata:\n  name: 1.50\n  annotations:\n    x: true\n    helm.sh/hook-weight: 3\n',
      'spaced.yaml': '\u00a0\n---\nkind: Spaced\n',
      'nested/_partial.yaml': '{{ define "p" }}{{ end }}',
      'nested/deep.txt': object('Deployment', 'of-a-text-file'),
      'NOTES.txt': 'Thank you, {{ .Release.Name }}',
    });

    expect(ours.split('\n')).toEqual(theirs.split('\n'));
    expect(theirs).toContain('kind: Glued');
  });

  it.each(['a: b: c\n', 'kind: [\n', 'kind: [x]\n', 'metadata:\n  annotations:\n    x: {}\n', 'metadata: text\n', '- a\n', 'text\n', 'metadata:\n  name: [1]\n', '\tkind: x\n'])('refuses the document %j as Helm does', async (text) => {
    const { theirs, ours } = await renderBoth(`refused-${Buffer.from(text).toString('hex')}`, { 'a.yaml': `# {{ .Release.Name }}\n${text}` });

    expect(ours).toBe(theirs);
    expect(ours).toMatch(/^Error: YAML parse error on snippets\/templates\/a.yaml: /);
  });

  it('leaves out no function of Helm', () => {
    const called = new Set([...snippets, ...failures].flatMap((text) => text.match(/[a-zA-Z0-9_]+/g) ?? []));
    const others = new Set(renderFunctions);

    expect([...helmFunctions.keys(), ...others].filter((name) => !called.has(name))).toEqual([]);
    expect(snippets.length + failures.length).toBeGreaterThan(120);
  });

  it.each(failures.map((text, index) => [text, index] as const))('fails as Helm does: %s', async (text, index) => {
    const { theirs, ours } = await renderBoth(`failure-${index}`, { 'a.yaml': text });

    expect(ours).toBe(theirs);
    expect(ours).toMatch(/^Error: /);
  });

  it('ends a template that includes itself where Helm does, and does not repeat all that led there', async () => {
    const { theirs, ours } = await renderBoth('endless', { 'a.yaml': '{{ include "endless" . }}' });

    expect(endsOf(ours)).toEqual(endsOf(theirs));
    expect(theirs.length).toBeGreaterThan(90_000);
    expect(ours.length).toBeLessThan(5_000);
  });
});
