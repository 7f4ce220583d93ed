import { dumpTemplate, type ChartTexts } from './helm-runs.ts';
import { schemaCases } from './schema-cases.ts';

export interface ChartCase {
  readonly title: string;
  readonly texts: ChartTexts;
  /** Laid over the chart's. */
  readonly values?: object;
  /** Whether helm refuses it. */
  readonly refused?: true;
}

const dump = { 'templates/dump.yaml': dumpTemplate };

function chart(metadata: string, more: ChartTexts = {}): ChartTexts {
  return { 'Chart.yaml': metadata, ...dump, ...more };
}

function plain(more: ChartTexts): ChartTexts {
  return chart('apiVersion: v2\nname: c\nversion: 1.0.0\n', more);
}

function values(text: string): ChartTexts {
  return plain({ 'values.yaml': text });
}

function child(folder: string, metadata = `apiVersion: v2\nname: ${folder}\nversion: 1.0.0\n`): ChartTexts {
  return { [`charts/${folder}/Chart.yaml`]: metadata, [`charts/${folder}/templates/dump.yaml`]: dumpTemplate };
}

const accepted: Readonly<Record<string, ChartTexts>> = {
  'numbers, which are float64': values('a: 1\nb: 1000000\nc: 12345678901234567890\nd: 0x1f\ne: 0o17\nf: 017\ng: 1_000\nh: 1e3\ni: .5\nj: 9007199254740993\n'),
  'words of YAML 1.1': values('a: yes\nb: No\nc: on\nd: y\ne: ~\nf: null\ng: 2001-01-01\nh: 12:30\n'),
  'keys that are no texts': values('1: a\ntrue: b\n1.5: c\nyes: d\n'),
  'the last of equal keys': values('a: 1\nb: 2\na: {c: 3}\n'),
  'anchors and merges': values('a: &a {x: 1, y: {z: 1}}\nb: {<<: *a, x: 2}\nc: *a\n'),
  'several documents': values('a: {x: 1, y: 1}\n---\na: {y: 2}\nb: [1]\n--- # again\nb: [2]\n'),
  'documents that are empty': values('---\na: 1\n---\n---\n# nothing\n---\nb: 2\n'),
  'a separator within a block': values('a: |\n  x\nb: 1\n'),
  'no values': values(''),
  'values that are null': values('null\n'),
  'values with a mark at the start': values('\ufeffa: 1\n'),
  'values with returns': values('a: 1\r\nb: |\r\n  x\r\n  y\r\n'),
  'a key called __proto__': values('__proto__: {a: 1}\nconstructor: 2\ntoString: {}\n'),
  'a block of exactly a buffer': values(`a: ${'x'.repeat(4093)}\nb: ${'y'.repeat(4093)}`),
  'Chart.yaml with all fields': chart(
    'apiVersion: v2\nname: c\nversion: v1.2\ndescription: "a\\tb\\u200b"\nhome: h\nicon: i\nkeywords: [a, 1, true]\nsources: [s]\ncondition: x\ntags: t\nappVersion: 1.10\ndeprecated: true\nkubeVersion: ">=1.20"\ntype: application\nmaintainers: [{name: n, email: e, url: u}, {name: 1}]\nannotations: {a: 1, b: true, c: x}\nunknown: 1\n',
  ),
  'Chart.yaml with names in other cases': chart('APIVERSION: v2\nName: c\nVersion: 1.0.0\nappversion: 2\nkubeversion: ""\n'),
  'a version that YAML takes for a number': chart('apiVersion: v2\nname: c\nversion: 1\nappVersion: 1.0\n'),
  'an appVersion that is a boolean': chart('apiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: yes\n'),
  'Chart.yaml without an apiVersion': chart('name: c\nversion: 1.0.0\n'),
  'requirements.yaml': {
    ...chart('apiVersion: v1\nname: c\nversion: 1.0.0\n', { 'requirements.yaml': 'dependencies:\n- {name: d, version: 1.x, repository: "", alias: e, condition: e.on}\n', 'requirements.lock': 'digest: x\ngenerated: 2020-01-01T00:00:00Z\n' }),
    ...child('d', 'apiVersion: v1\nname: d\nversion: 1.0.0\n'),
  },
  'requirements.yaml of v2, over Chart.yaml': { ...chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: "*", repository: r, tags: [x]}]\n', { 'requirements.yaml': 'dependencies: [{alias: z}]\n' }), ...child('d') },
  'an alias, and the chart beside it': { ...chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.x.x, repository: "", alias: e}, {name: d, version: 1.x.x, repository: ""}]\n', { 'values.yaml': 'd: {a: 1}\ne: {a: 2}\nglobal: {g: {h: 1}}\n' }), ...child('d'), 'charts/d/values.yaml': 'a: 0\nb: 1\nglobal: {g: {i: 2}}\n' },
  'a version that charts/ does not have': { ...chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 2.x, repository: "", condition: d.on}]\n'), ...child('d') },
  'a dependency without a version': { ...chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, repository: "", alias: e}]\n'), ...child('d') },
  'a library': { ...chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, repository: "", import-values: [data]}]\n'), ...child('d', 'apiVersion: v2\nname: d\nversion: 1.0.0\ntype: library\n'), 'charts/d/values.yaml': 'exports: {data: {x: 1}}\n' },
  'charts whose names begin with a dot or an underscore': { ...plain({}), ...child('d'), 'charts/_e/x': '', 'charts/.f/Chart.yaml': 'nothing', 'charts/d.prov': 'x' },
  'a subchart of any apiVersion': { ...plain({}), ...child('d', 'apiVersion: v9\nname: d\nversion: 1.0.0\n') },
  '.helmignore': plain({ '.helmignore': '# c\n\n*.txt\n/charts/gone/\nvalues-?.yaml\n', 'a.txt': '', ...child('gone'), ...child('kept'), 'values.yaml': 'a: 1\n' }),
  '.helmignore that leaves out values': plain({ '.helmignore': 'values.yaml\n', 'values.yaml': 'a: [\n' }),
  '.helmignore with a class': plain({ '.helmignore': 'values.y[a-z]ml\n', 'values.yaml': 'a: 1\n' }),
  'templates whose names begin with a dot': plain({ 'templates/.hidden.yaml': '{{ fail "seen" }}', 'templates/_p.tpl': '' }),
  'Chart.lock': plain({ 'Chart.lock': 'dependencies: []\ndigest: sha256:x\ngenerated: "2026-01-02T03:04:05.678+02:00"\n' }),
};

const refused: Readonly<Record<string, ChartTexts>> = {
  'values that are a list': values('[1]\n'),
  'values that are a text': values('text\n'),
  'values that are no YAML': values('a: [\n'),
  'infinity': values('a: .inf\n'),
  'a key that is null': values('~: 1\n'),
  'text after a separator': values('a: 1\n--- b: 2\n'),
  'an unknown apiVersion': chart('apiVersion: v4\nname: c\nversion: 1.0.0\n'),
  'charts of v3': chart('apiVersion: v3\nname: c\nversion: 1.0.0\n'),
  'Chart.yaml without a name': chart('apiVersion: v2\nversion: 1.0.0\n'),
  'Chart.yaml without a version': chart('apiVersion: v2\nname: c\n'),
  'a version that is none': chart('apiVersion: v2\nname: c\nversion: one\n'),
  'a name that is a path': chart('apiVersion: v2\nname: ../c\nversion: 1.0.0\n'),
  'an unknown type': chart('apiVersion: v2\nname: c\nversion: 1.0.0\ntype: other\n'),
  'a library by itself': chart('apiVersion: v2\nname: c\nversion: 1.0.0\ntype: library\n'),
  'a name that is a list': chart('apiVersion: v2\nname: [c]\nversion: 1.0.0\n'),
  'a deprecated that is a text': chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndeprecated: "true"\n'),
  'an annotation that is a map': chart('apiVersion: v2\nname: c\nversion: 1.0.0\nannotations: {a: {b: 1}}\n'),
  'a maintainer that is null': chart('apiVersion: v2\nname: c\nversion: 1.0.0\nmaintainers: [~]\n'),
  'a dependency that is null': chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [~]\n'),
  'a dependency that is not in charts/': chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, repository: ""}]\n'),
  'an alias with a dot': { ...chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, repository: "", alias: a.b}]\n'), ...child('d') },
  'two dependencies of one name': { ...chart('apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, repository: ""}, {name: d, version: 1.0.0, repository: ""}]\n'), ...child('d') },
  'a folder in charts/ that is no chart': plain({ 'charts/d/readme': 'x' }),
  'a file in charts/': plain({ 'charts/readme': 'x' }),
  'an archive in charts/ that is none': plain({ 'charts/d.tgz': 'x' }),
  'a child that is no map': { ...plain({ 'values.yaml': 'd: 1\n' }), ...child('d') },
  'Chart.lock without a good time': plain({ 'Chart.lock': 'generated: yesterday\n' }),
  '.helmignore with two stars': plain({ '.helmignore': 'a/**\n' }),
  '.helmignore with a class that is open': plain({ '.helmignore': 'a[\n' }),
  '.helmignore that says what to keep': plain({ '.helmignore': '!keep\n' }),
};

const cases = (all: Readonly<Record<string, ChartTexts>>, more: Partial<ChartCase>): readonly ChartCase[] => Object.entries(all).map(([title, texts]) => ({ title, texts, ...more }));

/** Charts that helm takes, and charts that it refuses. */
export const chartCases: readonly ChartCase[] = [
  ...cases(accepted, {}),
  ...cases(refused, { refused: true }),
  ...schemaCases.map(({ title, schema, good, bad }) => [
    ...good.map((value, index): ChartCase => ({ title: `schema: ${title}, good ${index}`, texts: plain({ 'values.schema.json': JSON.stringify(schema) }), values: { v: value } })),
    ...bad.map((value, index): ChartCase => ({ title: `schema: ${title}, bad ${index}`, texts: plain({ 'values.schema.json': JSON.stringify(schema) }), values: { v: value }, refused: true })),
  ]).flat(),
];
