import { afterAll, expect, test } from 'vitest';
import { externalSecret } from '../../../test/support/external-secret.ts';
import { recordRequests } from '../../../test/support/recording-renderer.ts';
import type { SecretTemplate } from '../../api/secret-template.ts';
import { systemClock } from '../../lib/clock.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { createRendererPool } from '../../template/worker/pool.ts';
import { composeContent, renderJob } from './compose-content.ts';
import { renderTexts } from './render-texts.ts';
import { templateParts } from './template-part.ts';
import type { SourceTexts } from './template-source.ts';
import { missingTemplate, sourceId, templateSources } from './template-source.ts';

const { signal } = new AbortController();
const pool = createRendererPool({ clock: systemClock });

afterAll(() => pool.close());

function templateOf(template: object): SecretTemplate {
  const { template: parsed } = externalSecret({ spec: { target: { template } } }).spec;
  if (parsed === undefined) throw new Error('the test has no template');
  return parsed;
}

function bytes(texts: Readonly<Record<string, string | Uint8Array>>): ReadonlyMap<string, SecretBytes> {
  return new Map(Object.entries(texts).map(([key, text]) => [key, typeof text === 'string' ? SecretBytes.fromUtf8(text) : new SecretBytes(text)]));
}

const read = bytes({ user: 'seed', password: 'hunter2', raw: Uint8Array.of(0xff, 0xfe) });
const sources: SourceTexts = new Map([[sourceId({ kind: 'ConfigMap', name: 'cm' }), bytes({ a: 'cm {{ .user }}', all: 'x: "{{ .user }}"\nw: cm' })], [sourceId({ kind: 'Secret', name: 'keys' }), bytes({ bad: '"topmost secret": x' })], [sourceId({ kind: 'Secret', name: 's' }), bytes({ a: 's {{ .user }}', all: 'w: s' })]]);

/** The data as text and the metadata, or the problems. */
async function composed(template: object): Promise<unknown> {
  const parsed = templateOf(template);
  const parts = templateParts(parsed, sources);
  const render = renderTexts(pool, 'devnet', signal);
  const result = composeContent({ template: parsed, data: read, parts }, await render(parts.map((part) => renderJob(part, read))));
  if (!result.ok) return result.problems.map(({ kind, place, message }) => `${kind} ${place}: ${message}`);
  const { data, labels, annotations } = result.content;
  return { data: Object.fromEntries([...data].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('latin1')])), labels, annotations };
}

test('a template without data keeps what was read; one with data replaces it, unless it is to be merged', async () => {
  const all = { user: 'seed', password: 'hunter2', raw: '\xff\xfe' };

  expect(await composed({ type: 'acme.example/x', metadata: { labels: { a: 'b' } } })).toEqual({ data: all, labels: { a: 'b' }, annotations: {} });
  expect(await composed({ data: { user: 'not {{ .user }}' } })).toMatchObject({ data: { user: 'not seed' } });
  expect(await composed({ data: { user: 'not {{ .user }}' }, mergePolicy: 'Merge' })).toMatchObject({ data: { ...all, user: 'not seed' } });
  expect(await composed({ templateFrom: [{ literal: 'a: b' }] })).toMatchObject({ data: { a: 'b' } });
  expect(await composed({ templateFrom: [{ literal: 'a: b', target: 'Labels' }] })).toEqual({ data: {}, labels: { a: 'b' }, annotations: {} });
});

test('parts count in the order of templateFrom, of ConfigMap, Secret and literal in each, and data last', async () => {
  const items = (templateAs: string): object => ({ items: [{ key: templateAs === 'Values' ? 'a' : 'all', templateAs }] });

  expect(await composed({ templateFrom: [{ literal: 'z: l\na: l', configMap: { name: 'cm', ...items('Values') }, secret: { name: 's', ...items('Values') } }] })).toMatchObject({ data: { a: 'l', z: 'l' } });
  expect(await composed({ templateFrom: [{ configMap: { name: 'cm', ...items('Values') }, secret: { name: 's', ...items('Values') } }] })).toMatchObject({ data: { a: 's seed' } });
  expect(await composed({ templateFrom: [{ secret: { name: 's', ...items('KeysAndValues') } }, { configMap: { name: 'cm', ...items('KeysAndValues') } }], data: { x: 'data' } })).toMatchObject({ data: { x: 'data', w: 'cm' } });
});

test('a rendered text of keys and values is YAML', async () => {
  expect(await composed({ templateFrom: [{ literal: '{{ .user }}: |\n  two\n  lines\n"q": "{{ .password }}"\nnone:\n' }] })).toMatchObject({ data: { seed: 'two\nlines\n', q: 'hunter2', none: '' } });
  expect(await composed({ templateFrom: [{ literal: '' }] })).toMatchObject({ data: {} });
});

test('rendered values are decoded where the entry says how they are encoded; keys are not', async () => {
  expect(await composed({ templateFrom: [{ literal: 'aGk=: aGk=', valuesDecodingStrategy: 'Base64' }] })).toEqual(['template spec.target.template.templateFrom[0].literal: the key "aGk=" has characters other than letters, digits, -, _ and .']);
  expect(await composed({ templateFrom: [{ literal: 'k: aGk=\nm: plain', valuesDecodingStrategy: 'Auto' }] })).toMatchObject({ data: { k: 'hi', m: 'plain' } });
});

test('metadata that is left to others is not written, whichever template says so', async () => {
  const names = { 'argocd.argoproj.io/instance': 'x', 'reconcile.external-secrets.io/data-hash': 'forged', 'acme.example/ok': 'x' };

  expect(await composed({ metadata: { labels: names, annotations: names }, templateFrom: [{ literal: '"reconcile.external-secrets.io/managed": "false"', target: 'Labels' }] })).toMatchObject({
    labels: { 'acme.example/ok': 'x' },
    annotations: { 'acme.example/ok': 'x' },
  });
});

const longLabel = 'x'.repeat(64);

test.each<[string, object, string]>([
  ['a key that Kubernetes refuses', { templateFrom: [{ literal: '"a b": c' }] }, 'spec.target.template.templateFrom[0].literal: the key "a b" has characters other than letters, digits, -, _ and .'],
  ['a text that is no map', { templateFrom: [{ literal: '- {{ .password }}' }] }, 'spec.target.template.templateFrom[0].literal: '],
  ['a text that is no YAML', { templateFrom: [{ literal: '"{{ .password }}' }] }, 'spec.target.template.templateFrom[0].literal: '],
  ['a value that is a map', { templateFrom: [{ literal: 'a: {b: "{{ .password }}"}' }] }, 'spec.target.template.templateFrom[0].literal: '],
  ['what is not Base64', { templateFrom: [{ literal: 'k: "{{ .password }}"', valuesDecodingStrategy: 'Base64' }] }, 'spec.target.template.templateFrom[0].literal: the key of entry 1 of the rendered text is not Base64, as valuesDecodingStrategy says'],
  ['a label that is none', { metadata: { labels: { a: '{{ .password }} and more' } } }, 'spec.target.template.metadata.labels[a]: the label "a" has a value that must begin and end with a letter or digit'],
  ['a label that is too long', { metadata: { labels: { a: `{{ .password }}${longLabel}` } } }, 'spec.target.template.metadata.labels[a]: the label "a" has a value that is longer than 63 characters'],
  ['a name that no label has', { metadata: { labels: { 'a//b': 'x' } } }, 'spec.target.template.metadata.labels[a//b]: the label "a//b" must begin and end with a letter or digit'],
  ['a prefix that is none', { metadata: { annotations: { 'A B/b': 'x' } } }, 'spec.target.template.metadata.annotations[A B/b]: the annotation "A B/b" has a prefix that is no domain name in lower case'],
  ['an annotation that is no text', { metadata: { annotations: { a: '{{ .raw }}' } } }, 'spec.target.template.metadata.annotations[a]: the annotation "a" has a value that is not UTF-8 text'],
  ['more than a Secret holds', { data: { a: '{{ .password }}', b: 'x'.repeat(1024 * 1024) } }, 'spec.target.template: the values are 1048583 bytes together, and a Secret holds at most 1048576'],
  ['more than annotations hold', { metadata: { annotations: { a: 'x'.repeat(256 * 1024) } } }, 'spec.target.template: the annotations are 262145 bytes together, and a Secret holds at most 262144'],
  ['a template of a ConfigMap', { templateFrom: [{ configMap: { name: 'cm', items: [{ key: 'a' }] }, target: 'Labels' }] }, 'ConfigMap "cm" key "a": the label "a" has a value that must begin'],
  ['a key that was not read', { data: { conf: 'a\n {{ .nobody }}' } }, 'spec.target.template.data[conf]: template: conf:2:'],
])('%s is a problem that names where, and quotes no value', async (_what, template, expected) => {
  const problems = await composed(template);

  expect(problems).toEqual([expect.stringContaining(`template ${expected}`)]);
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});

test.each<[string, object, string]>([
  ['Data', { literal: '{{ .password }} and more: x' }, 'the key of entry 1 of the rendered text has characters other than'],
  ['Data', { literal: 'fine: x\n{{ .password }}: [x]' }, 'the value of entry 2 is a list'],
  ['Data', { literal: '{{ .password }}: "%"', valuesDecodingStrategy: 'Base64' }, 'the key of entry 1 of the rendered text is not Base64'],
  ['Labels', { literal: '{{ .password }} and more: x', target: 'Labels' }, 'the label of entry 1 of the rendered text must begin'],
  ['Annotations', { literal: '"{{ .password }} and more": x', target: 'Annotations' }, 'the annotation of entry 1 of the rendered text must begin'],
  ['a Secret', { secret: { name: 'keys', items: [{ key: 'bad', templateAs: 'KeysAndValues' }] } }, 'the key of entry 1 of the rendered text has characters other than'],
])('a key that was rendered, or stands in a Secret, is quoted no more than a value: %s', async (_what, entry, expected) => {
  const problems = await composed({ templateFrom: [entry] });

  expect(problems).toEqual([expect.stringContaining(expected)]);
  expect(JSON.stringify(problems)).not.toMatch(/hunter2|topmost/);
});

test('every problem is reported', async () => {
  expect(await composed({ data: { a: '{{ .x }}', b: '{{ .y }}', c: 'fine' } })).toHaveLength(2);
});

test('what is missing is named: the object first, then the key', () => {
  const { spec } = externalSecret({ spec: { target: { template: { templateFrom: [{ configMap: { name: 'cm', items: [{ key: 'a' }] } }, { secret: { name: 's', items: [{ key: 'gone' }] } }, { secret: { name: 't', items: [] } }] } } } });

  expect(templateSources(spec)).toEqual([{ kind: 'ConfigMap', name: 'cm' }, { kind: 'Secret', name: 's' }]);
  expect(missingTemplate(spec, new Map())).toBe('ConfigMap "cm" does not exist');
  expect(missingTemplate(spec, sources)).toBe('Secret "s" has no key "gone"');
});

test('one request renders all templates, and texts without an action are not among them', async () => {
  const renderer = recordRequests(pool);
  const data = bytes({ user: 'seed' });
  const jobs = ['{{ .user }}', 'plain }} text', '{{ .gone }}'].map((text, index) => ({ name: `t${index}`, template: SecretBytes.fromUtf8(text), data }));

  const results = await renderTexts(renderer, 'devnet', signal)(jobs);

  expect(results.map((result) => (!result.ok ? result.problem.kind : result.kind === 'text' ? Buffer.from(result.output.reveal()).toString() : [...result.values.keys()]))).toEqual(['seed', 'plain }} text', 'template']);
  expect(renderer.requests.map(({ tenant, jobs: asked }) => [tenant, asked.map(({ name }) => name)])).toEqual([['devnet', ['t0', 't2']]]);
});
