/*
 * How fast templates are parsed and rendered, beside Go's text/template with the same functions: medians of alternating rounds in one
 * run. Go's parsing includes handing over the function map, as External Secrets does for every template.
 * Run it by `npm run bench:template`; TEMPLATE_ORACLE names a built test/parts/template-oracle, which is built where it is not given.
 */
import { execute } from '../../src/template/evaluate/execute.ts';
import { externalSecretFunctions } from '../../src/template/external-secret-functions.ts';
import { parseTemplate } from '../../src/template/parse/parse-template.ts';
import { fromText } from '../../src/template/value/byte-string.ts';
import { buildParts } from '../support/parts/build.ts';
import type { OracleData, TemplateCase } from '../support/template/corpus.ts';
import { decodeData } from '../support/template/decode-data.ts';
import { Oracle, type Timing } from '../support/template/oracle.ts';
import { testContext } from '../support/template/our-answer.ts';

const rounds = 7;
/** About how long one round of one template takes. */
const roundMs = 60;
const lines = Array.from({ length: 100 }, (_, index) => index);

const templates: readonly TemplateCase[] = [
  row('one value', '{{ .password }}', { password: 'p4ssw0rd' }),
  row('small: connection string', 'postgres://{{ .username }}:{{ .password | urlquery }}@{{ .host | default "db" }}:{{ .port }}/{{ .name }}?sslmode={{ if .tls }}require{{ else }}disable{{ end }}', { username: 'app', password: 'p&ss', port: '5432', name: 'main', tls: 'x' }),
  row('docker config', '{"auths":{"{{ .registry }}":{"username":"{{ .user }}","password":"{{ .password }}","auth":"{{ printf "%s:%s" .user .password | b64enc }}"}}}', { registry: 'ghcr.io', user: 'bot', password: 'secret' }),
  row('config of 100 keys', lines.map((index) => `key-${index}: {{ .k${index} | quote }}\n`).join(''), Object.fromEntries(lines.map((index) => [`k${index}`, `value ${index}`]))),
  row('range over 1000', '{{ range $i, $x := .list }}{{ if $i }}, {{ end }}{{ $x.name | upper }}={{ $x.value }}{{ end }}', { list: Array.from({ length: 1000 }, (_, index) => ({ name: `n${index}`, value: index })) }),
  row('sprig', '{{ range splitList "," .hosts }}{{ . | trim | lower | replace "." "-" | trunc 20 | trimSuffix "-" | nindent 2 }}: {{ sha256sum . | substr 0 8 }} {{ add 1 (len .) }} {{ ternary "yes" "no" (hasPrefix "a" .) }}{{ end }}', { hosts: lines.map((index) => `A${index}.Example.com `).join(',') }),
  row('JSON and YAML', '{{ $c := fromJson .json }}{{ toYaml $c }}\n{{ $c.items | toPrettyJson }}\n{{ (fromYaml .yaml).a.b }}', { json: JSON.stringify({ items: lines.map((index) => ({ id: index, name: `item ${index}`, on: index % 2 === 0 })) }), yaml: `a:\n  b: 1\nlist:\n${lines.map((index) => `- x: ${index}\n`).join('')}` }),
  row('regular expressions', '{{ range regexFindAll "[a-z]+@[a-z]+\\\\.[a-z]{2,}" .text -1 }}{{ regexReplaceAll "(\\\\w+)@(\\\\w+)" . "${2} at ${1}" }};{{ end }}', { text: lines.map((index) => `user${index} <someone@example.org>, `).join('') }),
  row('text of 100 KiB', `${'lorem ipsum '.repeat(8_500)}{{ .a }}`, { a: 'x' }),
];

function row(about: string, text: string, data: OracleData): TemplateCase {
  return { about, text, data };
}

const program = process.env['TEMPLATE_ORACLE'] ?? (await buildParts((line) => console.error(line))).templateOracle;
await using oracle = new Oracle(program);
console.table(Object.fromEntries(await measureAll(templates)));

/** One template after the other. */
async function measureAll(all: readonly TemplateCase[]): Promise<readonly (readonly [string, Readonly<Record<string, number>>])[]> {
  const table = [];
  for (const one of all) table.push([one.about, await measure(one)] as const);
  return table;
}

async function measure(one: TemplateCase): Promise<Readonly<Record<string, number>>> {
  // the first times compile what is measured, and say how many make a round
  await oracle.time(one, 20);
  time(one, 20);
  const count = Math.max(5, Math.round((roundMs * 1e6 * 20) / total(time(one, 20))));
  const theirs: Timing[] = [];
  const ours: Timing[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await oracle.time(one, count));
    ours.push(time(one, count));
  }
  const each = (timings: readonly Timing[], what: keyof Timing): number => median(timings.map((timing) => timing[what])) / count / 1000;
  const [goParses, weParse, goRenders, weRender] = [each(theirs, 'parse'), each(ours, 'parse'), each(theirs, 'render'), each(ours, 'render')];
  return {
    'Go parses (µs)': round(goParses, 1),
    'we parse (µs)': round(weParse, 1),
    ratio: round(weParse / goParses, 2),
    'Go renders (µs)': round(goRenders, 1),
    'we render (µs)': round(weRender, 1),
    'ratio ': round(weRender / goRenders, 2),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Our times for so many rounds, in nanoseconds. */
function time(one: TemplateCase, count: number): Timing {
  const source = { name: 't', text: fromText(one.text) };
  const data = decodeData(one.data);
  let template = parseTemplate(source, externalSecretFunctions);
  const started = performance.now();
  for (let index = 0; index < count; index += 1) template = parseTemplate(source, externalSecretFunctions);
  const parsed = performance.now();
  for (let index = 0; index < count; index += 1) execute({ template, functions: externalSecretFunctions, missingKey: 'default', context: testContext() }, data);
  const rendered = performance.now();
  return { parse: (parsed - started) * 1e6, render: (rendered - parsed) * 1e6 };
}

function total({ parse, render }: Timing): number {
  return parse + render;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
