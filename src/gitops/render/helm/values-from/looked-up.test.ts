import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../../../../test/support/memory-tree.ts';
import { parseApplication } from '../../../../api/application.ts';
import { createManifestReader } from '../../manifest-reader.ts';
import type { ClusterView } from '../../cluster-view.ts';
import { createRenderers, renderSource } from '../../render-source.ts';
import type { Rendered } from '../../renderer.ts';
import type { CapabilityQuestions } from '../engine/capabilities.ts';
import type { ChartValues } from '../chart.ts';

const { signal } = new AbortController();
const renderers = createRenderers(createManifestReader(1 << 20));
const chart = { 'net/Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n' };

interface Live {
  readonly render: (templates: Readonly<Record<string, string>>, helm?: Readonly<Record<string, unknown>>) => Promise<Rendered>;
  readonly asked: CapabilityQuestions[];
  /** `kind/name` of all that was sent to the cluster. */
  readonly sent: string[];
}

/** A cluster with some Secrets and ConfigMaps of the destination namespace. */
function liveWith(objects: Readonly<Record<string, ChartValues>>): Live {
  const asked: CapabilityQuestions[] = [];
  const sent: string[] = [];
  const live: ClusterView = {
    capabilities: async () => ({ kubeVersion: 'v1.31.2', apiVersions: ['v1', 'acme.example/v1', 'acme.example/v1/Widget'] }),
    asked: (questions) => void asked.push(questions),
    lookup: async ({ kind, name }) => {
      sent.push(`${kind}/${name}`);
      return { found: objects[`${kind}/${name}`] ?? {}, isSecret: kind === 'Secret' && objects[`${kind}/${name}`] !== undefined };
    },
  };
  const render: Live['render'] = async (templates, helm) => {
    const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet' }, spec: { source: { repoURL: '.', path: 'net', ...(helm === undefined ? {} : { helm }) }, destination: { name: 'in-cluster', namespace: 'nets' } } });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const application = parsed.value;
    const tree = memoryTree({ ...chart, ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`net/templates/${name}`, text])) });
    return renderSource(renderers, { application, tree, path: 'net', source: application.spec.source, field: 'spec.source', lent: new Map(), live }, undefined, signal);
  };
  return { render, asked, sent };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secretOf = (data: Readonly<Record<string, string>>): ChartValues => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])) });

// the first render starts a thread
describe('a chart that looks up', { timeout: 30_000 }, () => {
  const keeps = `apiVersion: v1
kind: Secret
metadata: {name: own}
data:
  {{- $before := lookup "v1" "Secret" .Release.Namespace "own" }}
  {{- if $before }}
  password: {{ $before.data.password }}
  {{- else }}
  password: {{ randAlphaNum 24 | b64enc }}
  {{- end }}
`;

  it('keeps a password that it has made before, and the value is marked', async () => {
    const { objects, problems } = await liveWith({ 'Secret/own': secretOf({ password: 'CANARY-1234' }) }).render({ 's.yaml': keeps });

    expect(problems).toEqual([]);
    expect(objects).toMatchObject([{ object: { data: { password: base64('CANARY-1234') } }, taint: [['data', 'password']], holdsValues: true }]);
  });

  it('makes one where there is none', async () => {
    const { objects } = await liveWith({}).render({ 's.yaml': keeps });

    expect(objects).toMatchObject([{ object: { data: { password: expect.stringMatching(/^[A-Za-z0-9+/=]{32}$/) } }, taint: [] }]);
  });

  it('is warned about where a value of a Secret lands elsewhere, and marked whatever was made of it', async () => {
    const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  {{- $s := lookup "v1" "Secret" "nets" "x" }}\n  plain: {{ $s.data.key | b64dec }}\n  cut: {{ $s.data.key | b64dec | trunc 3 | upper }}\n  count: {{ len $s.data | quote }}\n';
    const { objects, problems } = await liveWith({ 'Secret/x': secretOf({ key: 'canary-5678' }) }).render({ 'c.yaml': template });

    expect(objects).toMatchObject([{ object: { data: { plain: 'canary-5678', cut: 'CAN', count: '1' } } }]);
    expect(objects[0]?.taint.toSorted()).toEqual([['data', 'cut'], ['data', 'plain']]);
    expect(problems.map(({ severity, path }) => `${severity} ${path ?? ''}`).toSorted()).toEqual(['warning data.cut', 'warning data.plain']);
  });

  it('is refused where what it renders depends on the value of a Secret, and no word of it is told', async () => {
    const live = liveWith({ 'Secret/x': secretOf({ mode: 'canary' }) });
    const branch = '{{ if eq ((lookup "v1" "Secret" "nets" "x").data.mode | b64dec) "canary" }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n{{ end }}';

    expect((await live.render({ 'c.yaml': branch })).problems).toMatchObject([{ severity: 'error', message: 'whether this template renders this ConfigMap, or what it is called, depends on a value from a Secret' }]);
    const { problems } = await live.render({ 'f.yaml': '{{ fail ((lookup "v1" "Secret" "nets" "x").data.mode | b64dec) }}' });
    expect(problems).toMatchObject([{ severity: 'error', origin: { file: 'net/templates/f.yaml', line: 1 } }]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it.each(['', ' | lower'])('sends no value of a Secret to the cluster, which would stand in its logs: key%s', async (change) => {
    const live = liveWith({ 'Secret/x': secretOf({ key: 'Canary-5678' }) });
    const template = `{{ $found := lookup "v1" "ConfigMap" "nets" (printf "of-%s" ((lookup "v1" "Secret" "nets" "x").data.key | default "" | b64dec${change})) }}`;
    const { problems } = await live.render({ 'c.yaml': template });

    expect(problems).toMatchObject([{ severity: 'error', message: expect.stringMatching(/^a lookup is refused/) }]);
    expect(JSON.stringify(problems).toLowerCase()).not.toContain('canary');
    expect(live.sent.filter((one) => one.toLowerCase().includes('canary'))).toEqual([]);
  });

  it.each([['postgres', 'postgres-facts', '"postgres-facts"'], ['devnet-db', 'devnet-db', '(printf "%s-db" .Release.Name)']])('may look up by a name that Git holds, though %s is the value of a Secret too', async (value, name, text) => {
    const live = liveWith({ 'Secret/x': secretOf({ key: value }), [`ConfigMap/${name}`]: { data: { peers: 'a' } } });
    const template = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {{ if lookup "v1" "Secret" "nets" "x" }}{{ (lookup "v1" "ConfigMap" "nets" ${text}).data | toJson }}{{ end }}\n`;
    const { objects, problems } = await live.render({ 'c.yaml': template });

    expect({ data: objects[0]?.object['data'], taint: objects[0]?.taint, problems }).toEqual({ data: { peers: 'a' }, taint: [], problems: [] });
  });

  it('may not look through more values of Secrets than can be told wherever they land', async () => {
    const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`k${index}`, `value-${index}`]));
    const { objects, problems } = await liveWith({ 'Secret/x': secretOf(many) }).render({ 'c.yaml': '{{ $found := lookup "v1" "Secret" "nets" "x" }}' });

    expect({ objects, problems }).toMatchObject({ objects: [], problems: [{ severity: 'error', message: expect.stringMatching(/^lookup of Secret nets\/x, with what was looked up before, holds more than/) }] });
  });

  it('may show what it has found in a ConfigMap', async () => {
    const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {peers: {{ (lookup "v1" "ConfigMap" "nets" "facts").data.peers }}, replicas: "{{ (lookup "v1" "ConfigMap" "nets" "facts").replicas }}"}\n';
    const { objects, problems } = await liveWith({ 'ConfigMap/facts': { data: { peers: 'a' }, replicas: 3_000_000n } }).render({ 'c.yaml': template });

    expect({ data: objects[0]?.object['data'], taint: objects[0]?.taint, problems }).toEqual({ data: { peers: 'a', replicas: '3000000' }, taint: [], problems: [] });
  });
});

describe('a chart that asks what the cluster is', { timeout: 30_000 }, () => {
  const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {minor: "{{ .Capabilities.KubeVersion.Minor }}", widgets: "{{ .Capabilities.APIVersions.Has "acme.example/v1/Widget" }}", apps: "{{ .Capabilities.APIVersions.Has "apps/v1" }}"}\n';
  const dataOf = ({ objects }: Rendered): unknown => objects[0]?.object['data'];

  it('is told the truth, and what it has asked is noted', async () => {
    const live = liveWith({});

    expect(dataOf(await live.render({ 'c.yaml': template }))).toEqual({ minor: '31', widgets: 'true', apps: 'false' });
    expect(live.asked).toEqual([{ version: true, has: ['acme.example/v1/Widget', 'apps/v1'], all: false }]);
  });

  it('is told what the source says in its place, each by itself, and that is no question', async () => {
    const live = liveWith({});

    expect(dataOf(await live.render({ 'c.yaml': template }, { kubeVersion: '1.29.0' }))).toEqual({ minor: '29', widgets: 'true', apps: 'false' });
    expect(dataOf(await live.render({ 'c.yaml': template }, { apiVersions: ['x.y/v1'] }))).toEqual({ minor: '31', widgets: 'false', apps: 'true' });
    expect(live.asked).toEqual([{ version: false, has: ['acme.example/v1/Widget', 'apps/v1'], all: false }, { version: true, has: [], all: false }]);
  });

  it('counts as having asked everything where it fails, because what made it fail cannot be told', async () => {
    const live = liveWith({});
    await live.render({ 'f.yaml': '{{ if not (.Capabilities.APIVersions.Has "other/v1") }}{{ fail "install it" }}{{ end }}' });

    expect(live.asked).toEqual([{ version: true, has: [], all: true }]);
  });
});
