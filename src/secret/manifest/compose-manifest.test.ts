import { afterAll, expect, test, vi } from 'vitest';
import { externalSecret } from '../../../test/support/external-secret.ts';
import { systemClock } from '../../lib/clock.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { createRendererPool } from '../../template/worker/pool.ts';
import { renderJob } from '../template/compose-content.ts';
import { renderTexts } from '../template/render-texts.ts';
import { templateParts } from '../template/template-part.ts';
import type { SourceTexts } from '../template/template-source.ts';
import { sourceId } from '../template/template-source.ts';
import { composeManifest, plainManifest } from './compose-manifest.ts';

// threads take their time to start on a busy machine
vi.setConfig({ testTimeout: 30_000 });
const pool = createRendererPool({ clock: systemClock });
afterAll(() => pool.close());

function bytes(texts: Readonly<Record<string, string | Uint8Array>>): ReadonlyMap<string, SecretBytes> {
  return new Map(Object.entries(texts).map(([key, text]) => [key, typeof text === 'string' ? SecretBytes.fromUtf8(text) : new SecretBytes(text)]));
}

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const widget = { apiVersion: 'acme.example/v1', kind: 'Widget' };
const read = bytes({ user: 'seed', port: '5432', pem: 'line 1\nline 2\n', list: '[1, 2]', encoded: 'aGk=' });
const texts: SourceTexts = new Map([[sourceId({ kind: 'ConfigMap', name: 'cm' }), bytes({ port: '{{ .port }}', all: 'one: {{ .user }}\nmore: {nested: true}' })]]);

/** The fields and metadata, or the problems. */
async function composed(template: object, kind = widget, data = read): Promise<unknown> {
  const parsed = externalSecret({ spec: { target: { manifest: kind, template } } }).spec.template;
  if (parsed === undefined) throw new Error('the test has no template');
  const parts = templateParts(parsed, texts);
  const render = renderTexts(pool, 'devnet', AbortSignal.timeout(10_000));
  const result = composeManifest({ kind, template: parsed, data, parts }, await render(parts.map((part) => renderJob(part, data))));
  return result.ok ? result.content : result.problems.map(({ place, message }) => `${place}: ${message}`);
}

test('without a template values stand in the data of a ConfigMap, and in spec.data of any other kind', () => {
  const metadata = { labels: { a: 'b' }, annotations: {} };
  const data = bytes({ user: 'seed' });

  expect(plainManifest(configMap, data, metadata)).toEqual({ ok: true, content: { ...metadata, fields: { data: { user: 'seed' } } } });
  expect(plainManifest(widget, data, metadata)).toEqual({ ok: true, content: { ...metadata, fields: { spec: { data: { user: 'seed' } } } } });
});

test('what is no text has no place outside of a Secret', async () => {
  const binary = bytes({ key: Uint8Array.of(0xff) });
  const message = 'the value of "key" is not UTF-8 text, and only a Secret holds other values';

  expect(plainManifest(configMap, binary, { labels: {}, annotations: {} })).toEqual({ ok: false, problems: [{ kind: 'template', place: 'spec.data', message }] });
  expect(await composed({ metadata: { labels: { a: 'b' } } }, configMap, binary)).toEqual([`spec.data: ${message}`]);
});

test('a template that makes no data keeps what was read; metadata is rendered', async () => {
  expect(await composed({ metadata: { labels: { of: '{{ .user }}' } } }, widget, bytes({ user: 'seed' }))).toEqual({ fields: { spec: { data: { user: 'seed' } } }, labels: { of: 'seed' }, annotations: {} });
});

test('template.data goes to data; a literal to the field it names, where the keys of maps join', async () => {
  expect(
    await composed({
      data: { config: 'user={{ .user }}' },
      templateFrom: [
        { target: 'spec', literal: 'a: {{ .port }}\nkeep: true' },
        { target: 'spec', literal: 'a: 1' },
        { target: 'spec.receivers[1].hooks', literal: '{{ .list }}' },
      ],
    }),
  ).toMatchObject({ fields: { data: { config: 'user=seed' }, spec: { a: 1, keep: true, receivers: [null, { hooks: [1, 2] }] } } });
});

test('keys of a ConfigMap become keys of the field, each read as YAML; texts of keys and values join it', async () => {
  expect(await composed({ templateFrom: [{ target: 'spec.db', configMap: { name: 'cm', items: [{ key: 'port' }, { key: 'all', templateAs: 'KeysAndValues' }] } }] })).toMatchObject({
    fields: { spec: { db: { port: 5432, one: 'seed', more: { nested: true } } } },
  });
});

test('rendered values are decoded, and a text of many lines keeps them', async () => {
  expect(await composed({ templateFrom: [{ target: 'spec', literal: 'said: {{ .encoded }}', valuesDecodingStrategy: 'Base64' }] })).toMatchObject({ fields: { spec: { said: 'hi' } } });
  expect(await composed({ templateFrom: [{ target: 'spec', literal: 'key: |\n{{ .pem | indent 2 }}' }] })).toMatchObject({ fields: { spec: { key: expect.stringContaining('line 1\nline 2') } } });
});

test('every reason is told with its place, and none quotes a value', async () => {
  expect(
    await composed({
      templateFrom: [
        { target: 'spec.a', literal: '{{ .user }}: [' },
        { target: 'spec.b', literal: '5' },
        { target: 'spec.b.c', literal: '6' },
        { target: 'spec', literal: 'said: "{{ .user }}"', valuesDecodingStrategy: 'Base64' },
        { target: 'spec', literal: '{{ .absent }}' },
      ],
    }),
  ).toEqual([
    expect.stringMatching(/^spec\.target\.template\.templateFrom\[0\]\.literal: the rendered text is not valid YAML: /),
    'spec.target.template.templateFrom[2].literal: cannot be put into spec.b.c: c is not in a map',
    'spec.target.template.templateFrom[3].literal: is not Base64 text, as valuesDecodingStrategy says',
    'spec.target.template.templateFrom[4].literal: template: literal:1:3: executing "literal" at <.absent>: map has no entry for key "absent"',
  ]);
});
