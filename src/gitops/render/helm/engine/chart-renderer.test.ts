import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../lib/clock.ts';
import { SourceError } from '../../../source/source-error.ts';
import type { Chart, ChartValues } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import type { CapabilityQuestions } from './capabilities.ts';
import { createChartRenderer } from './chart-renderer.ts';
import type { ChartRenderRequest, Lookup, LookupQuery } from './render-request.ts';

const renderer = createChartRenderer({ clock: systemClock, limits: { steps: 200_000 } });
afterAll(() => renderer.close());

function chartOf(templates: Readonly<Record<string, string>>, dependencies: readonly Chart[] = [], name = 'web'): Chart {
  return {
    metadata: {
      apiVersion: 'v2', name, version: '1.0.0', type: 'application', appVersion: '', kubeVersion: '', deprecated: false, dependencies: [], declaresDependencies: false,
      shown: { Name: name, Version: '1.0.0' },
    },
    values: {},
    templates: Object.entries(templates).map(([file, text]) => ({ name: `templates/${file}`, data: Buffer.from(text) })),
    files: [],
    crds: [],
    dependencies,
  };
}

type Texts = Readonly<Record<string, string>>;

function isChart(given: Texts | Chart): given is Chart {
  return 'metadata' in given && typeof given.metadata === 'object';
}

async function render(given: Texts | Chart, values: ChartValues = {}, more: Partial<ChartRenderRequest> = {}): Promise<string | Texts> {
  const chart = isChart(given) ? given : chartOf(given);
  const result = await renderer.renderChart({ tenant: 'a', chart, values, release: { name: 'rel', namespace: 'ns' }, ...more }, AbortSignal.timeout(50_000));
  if (!result.ok) return result.problem.message;
  return Object.fromEntries([...result.templates].map(([path, text]) => [path, Buffer.from(text.reveal()).toString('utf8')]));
}

const patient = { timeout: 60_000 };

describe('a chart that is rendered', () => {
  it('shows each chart its own values and renders no partials', patient, async () => {
    const child = chartOf({ 'c.yaml': '{{ .Values.x }} {{ include "who" . }}', '_h.tpl': '{{ define "who" }}child{{ end }}' }, [], 'db');
    const chart = chartOf({ 'a.yaml': '{{ .Values.x }} {{ .Values.db.x }}', '_h.tpl': '{{ define "who" }}parent{{ end }}' }, [child]);

    expect(await render(chart, { x: 1, db: { x: 'own' } })).toEqual({ 'web/templates/a.yaml': '1 own', 'web/charts/db/templates/c.yaml': 'own parent' });
  });

  it('is rendered anew for other values, and for a file that has changed', patient, async () => {
    expect(await render({ 'a.yaml': 'v1 {{ .Values.x }}' }, { x: 1 })).toEqual({ 'web/templates/a.yaml': 'v1 1' });
    expect(await render({ 'a.yaml': 'v1 {{ .Values.x }}' }, { x: 2n })).toEqual({ 'web/templates/a.yaml': 'v1 2' });
    expect(await render({ 'a.yaml': 'v2 {{ .Values.x | typeOf }}' }, { x: 2n })).toEqual({ 'web/templates/a.yaml': 'v2 int64' });
  });

  it('asks the cluster for what it looks up, and for what that leads to', patient, async () => {
    const asked: LookupQuery[] = [];
    const lookup: Lookup = (query) => {
      asked.push(query);
      return Promise.resolve({ isSecret: false, found: query.name === 'first' ? { data: { next: 'second' } } : { found: query.name } });
    };
    const template = '{{ $first := lookup "v1" "Secret" "ns" "first" }}{{ if $first }}{{ (lookup "v1" "ConfigMap" "ns" $first.data.next).found }}{{ end }}';

    expect(await render({ 'a.yaml': template }, {}, { lookup })).toEqual({ 'web/templates/a.yaml': 'second' });
    expect(asked.map(({ kind, name }) => `${kind}/${name}`)).toEqual(['Secret/first', 'ConfigMap/second']);
    expect(await render({ 'a.yaml': `${template}.` })).toEqual({ 'web/templates/a.yaml': '.' });
  });

  it('ends where it looks up without end', patient, async () => {
    const lookup: Lookup = ({ name }) => Promise.resolve({ isSecret: false, found: { next: `${name}x` } });
    const template = '{{ $n := "x" }}{{ range until 600 }}{{ $n = (lookup "v1" "Secret" "ns" $n).next | default "" }}{{ end }}';

    expect(await render({ 'a.yaml': template }, {}, { lookup })).toMatch(/^the chart looks up more than/);
  });

  it('says where it fails, and no word of confidential values', patient, async () => {
    const templates = {
      'a.yaml': '\n {{ include "h" . }}',
      '_h.tpl': '{{ define "h" }}\n{{ fail .Values.secret }}{{ end }}',
    };
    const values = { secret: 'hunter2' };

    expect(await render(templates, values)).toBe('execution error at (web/templates/a.yaml:2:4): hunter2');
    expect(await render(templates, values, { isConfidential: true })).toBe(
      'execution error at (web/templates/a.yaml:2:4), from (web/templates/_h.tpl:2:3): what is wrong is not shown, because the values hold secrets',
    );
    for (const text of ['{{ tpl .Values.secret . }}', '{{ tpl (print "{{ x " .Values.secret) . }}', '{{ .Values.secret.x }}', '{{ required .Values.secret nil }}', '{{ include .Values.secret . }}', '{{ atoi .Values.secret | mustToDuration }}']) {
      const outcome = await render({ 'a.yaml': text }, { secret: '{{ hunter2 }}' }, { isConfidential: true });
      expect(JSON.stringify(outcome)).not.toContain('hunter2');
    }
  });

  it('says no word more once it has looked up a Secret', patient, async () => {
    const lookup: Lookup = ({ kind }) => Promise.resolve({ isSecret: kind === 'Secret', found: { data: { key: 'hunter2' } } });
    const failing = (kind: string): string => `{{ fail (lookup "v1" "${kind}" "ns" "x").data.key }}`;

    expect(await render({ 'a.yaml': failing('ConfigMap') }, {}, { lookup })).toContain('hunter2');
    expect(await render({ 'a.yaml': failing('Secret') }, {}, { lookup })).toBe('execution error at (web/templates/a.yaml:1:3): what is wrong is not shown, because the values hold secrets');
  });

  it.each([
    ['ChartError', (name: string) => new ChartError(`lookup of ${name} is refused`)],
    ['SourceError', (name: string) => new SourceError('unavailable', `lookup of ${name} got no answer`, { cause: new Error(name) })],
  ])('does not tell what was asked for, where a %s comes of it, once a Secret may be in it', patient, async (kind, errorFor) => {
    const lookup: Lookup = ({ name }) => (name === 'x' ? Promise.resolve({ isSecret: true, found: { data: { key: 'hunter2' } } }) : Promise.reject(errorFor(name)));
    const failureOf = async (template: string, values: ChartValues = {}, more = {}): Promise<unknown> => render({ 'a.yaml': template }, values, { lookup, ...more }).catch((error: unknown) => error);
    const byValue = '{{ lookup "v1" "ConfigMap" "ns" .Values.name }}';
    const failures = [await failureOf('{{ lookup "v1" "ConfigMap" "ns" (lookup "v1" "Secret" "ns" "x").data.key }}'), await failureOf(byValue, { name: 'hunter2' }, { isConfidential: true })];

    expect(failures).toMatchObject([{ name: kind }, { name: kind }]);
    for (const failure of failures) expect(inspect(failure)).not.toContain('hunter2');
    expect(String(await failureOf(byValue, { name: 'facts' }))).toContain('facts');
  });

  it.each<[string, string, CapabilityQuestions]>([
    ['nothing', '{{ $c := .Capabilities }}{{ .Release.Name }} {{ $c.HelmVersion.Version }}', { version: false, has: [], all: false }],
    ['the version alone', '{{ .Capabilities.KubeVersion.Minor }}', { version: true, has: [], all: false }],
    ['the version, in a template of another', '{{ include "v" . }}{{ define "v" }}{{ .Capabilities.KubeVersion }}{{ end }}', { version: true, has: [], all: false }],
    ['two API versions', '{{ with .Capabilities }}{{ if not (.APIVersions.Has "x/v1") }}{{ .APIVersions.Has "apps/v1" }}{{ end }}{{ end }}', { version: false, has: ['apps/v1', 'x/v1'], all: false }],
    ['all of them, one by one', '{{ range .Capabilities.APIVersions }}{{ . }}{{ end }}', { version: false, has: [], all: true }],
    ['all of them, by a function', '{{ has "apps/v1" .Capabilities.APIVersions }}', { version: false, has: [], all: true }],
    ['everything, by printing all there is', '{{ toJson . }}', { version: true, has: [], all: true }],
  ])('tells that it has asked %s of the capabilities', patient, async (_what, template, asked) => {
    const lookup: Lookup = () => Promise.resolve({ isSecret: false, found: {} });
    const request = { tenant: 'a', chart: chartOf({ 'a.yaml': `# ${template}` }), values: {}, release: { name: 'rel', namespace: 'ns' }, lookup };

    expect(await renderer.renderChart(request, AbortSignal.timeout(50_000))).toMatchObject({ ok: true, asked });
    expect(await renderer.renderRelease({ ...request, skipsCrds: false, skipsSchemas: false }, AbortSignal.timeout(50_000))).toMatchObject({ ok: true, documents: [{ path: 'web/templates/a.yaml' }], asked });
  });

  it('is ended where it takes more than it may', patient, async () => {
    expect(await render({ 'a.yaml': '{{ range until 1000 }}{{ range until 1000 }}{{ end }}{{ end }}' })).toMatch(/takes more than 200000 steps/);
    expect(await render({ 'a.yaml': '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}' })).toMatch(/templates invoke each other/);
    expect(await render({ 'a.yaml': '{{ .Values.x }}' }, { x: 'still there' })).toEqual({ 'web/templates/a.yaml': 'still there' });
  });

  it('names a function that Helm does not have', patient, async () => {
    expect(await render({ 'a.yaml': '{{ env "HOME" }}' })).toBe('parse error at (web/templates/a.yaml:1): function "env" not defined');
  });
});
