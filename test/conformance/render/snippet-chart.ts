import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Chart, ChartFile, ChartMetadata, ChartValues } from '../../../src/gitops/render/helm/chart.ts';

/** Values of the chart of snippets; written to values.yaml as JSON. */
export const snippetValues = {
  text: 'hello',
  number: 8080,
  float: 1.25,
  million: 1_000_000,
  big: 12_345_678_901,
  count: 3,
  bool: true,
  unicode: 'grüße 🚀',
  template: '{{ .Values.text | upper }} {{ .Release.Name }}',
  map: { a: 'x', b: 2, c: [1, 'two'] },
  list: [1, 'two', { three: 3 }],
  empty: [],
  strings: ['plain', 'yes', '12', '1e3', 'with: colon', ' lead', "quote'", 'tab\tin', 'two\nlines\n', 'two\n\ttabs', '', '~', '0x1f', '2001-01-01', '#c', '*a', `${'long words '.repeat(15)}end`, 'grüße'],
  deep: { items: [{ name: 'a', ports: [80, 443] }, { name: 'b', nested: { deeper: [[1, 2], { x: null }] } }], env: { A: '1', B: 'yes', C: 2 }, flag: false },
  child: { own: 'from parent', global: { shared: 'everywhere' } },
  global: { shared: 'everywhere' },
} as const satisfies ChartValues;

const files: Readonly<Record<string, string>> = {
  'config/a.txt': 'first\n',
  'config/b.txt': 'second: grüße',
  'config/lines.txt': 'one\ntwo\n\nfour\n',
  'config/data.json': '{"k": [1, 2]}',
  'config/nested/deep.txt': 'deep',
  'other/c.txt': 'c',
};

const helpers = `{{ define "named" }}named {{ .x }}{{ .Values }}{{ end -}}
{{ define "failing" }}
{{ fail "inside of a helper" }}{{ end }}
{{ define "bad field" }}{{ $x := .Values.text }}
  {{ $x.y }}{{ end }}
{{ define "endless" }}{{ include "endless" . }}{{ end }}
`.replace('{{ .Values }}', '');

const childHelpers = '{{ define "child.name" }}{{ .Chart.Name }}/{{ .Values.own }}{{ end }}{{ define "named" }}of the child{{ end }}';
const childTemplate = 'child: {{ .Values.own }} {{ .Values.global.shared }} {{ .Chart.IsRoot }} {{ .Template.Name }} {{ include "named" . }} {{ .Values.text }}\n';

/** A chart of these templates, by their names under templates/. */
export function snippetChart(templates: Readonly<Record<string, string>>): Chart {
  const child: Chart = {
    metadata: metadata('child'),
    values: {},
    templates: asFiles({ 'templates/_helpers.tpl': childHelpers, 'templates/child.yaml': childTemplate }),
    files: [],
    crds: [],
    dependencies: [],
  };
  const named = Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}`, text]));
  return { metadata: metadata('snippets'), values: {}, templates: asFiles({ 'templates/_helpers.tpl': helpers, ...named }), files: asFiles(files), crds: [], dependencies: [child] };
}

/** Writes the chart as Helm reads it. */
export function writeSnippetChart(folder: string, chart: Chart): void {
  const write = (name: string, data: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), data);
  };
  write('Chart.yaml', JSON.stringify({ apiVersion: 'v2', name: chart.metadata.name, version: chart.metadata.version, appVersion: chart.metadata.appVersion }));
  for (const { name, data } of [...chart.templates, ...chart.files, ...chart.crds]) write(name, data);
  if (chart.metadata.name === 'snippets') write('values.yaml', JSON.stringify(snippetValues));
  for (const dependency of chart.dependencies) writeSnippetChart(join(folder, 'charts', dependency.metadata.name), dependency);
}

function asFiles(texts: Readonly<Record<string, string>>): readonly ChartFile[] {
  return Object.entries(texts).map(([name, text]) => ({ name, data: Buffer.from(text) }));
}

function metadata(name: string): ChartMetadata {
  const [version, appVersion] = ['0.1.0', '1.2'];
  const shown = { APIVersion: 'v2', Name: name, Version: version, AppVersion: appVersion };
  return { apiVersion: 'v2', name, version, type: 'application', appVersion, kubeVersion: '', deprecated: false, dependencies: [], declaresDependencies: false, shown };
}
