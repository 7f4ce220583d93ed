import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseYaml } from '../../src/lib/yaml.ts';
import { printYaml } from '../../src/lib/yaml-print.ts';

const run = promisify(execFile);
const { helm } = inject('parts');
let chart: string;

beforeAll(async () => {
  chart = await mkdtemp(join(tmpdir(), 'yaml-chart-'));
  await mkdir(join(chart, 'templates'));
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: values\nversion: 0.0.0\n');
  // base64 keeps what helm prints apart from what it read
  await writeFile(join(chart, 'templates/out.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: out}\ndata: {out: "{{ .Files.Get "in.yaml" | fromYaml | toJson | b64enc }}"}\n');
});

afterAll(async () => {
  await rm(chart, { recursive: true, force: true });
});

/** What sigs.k8s.io/yaml, which kubectl and helm share, makes of a text; `Error` in it where it refuses. */
async function asKubernetes(text: string): Promise<unknown> {
  await writeFile(join(chart, 'in.yaml'), text);
  const { stdout } = await run(helm, ['template', 'x', chart], { env: { PATH: process.env['PATH'] ?? '', HOME: chart } });
  const encoded = /out: "([^"]*)"/.exec(stdout)?.[1] ?? '';
  return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
}

const scalars = [
  'yes', 'Yes', 'YES', 'yES', 'no', 'No', 'NO', 'on', 'On', 'ON', 'off', 'Off', 'OFF', 'y', 'Y', 'n', 'N', 'true', 'True', 'TRUE', 'tRUE', 'false', 'False', 'FALSE',
  '~', 'null', 'Null', 'NULL', 'nULL', '', '0', '-0', '+0', '7', '+7', '-7', '00', '07', '08', '0777', '-0777', '0o17', '0O17', '0o8', '0x1F', '0X1f', '-0x10', '0xg', '0b101', '0B11', '0b2', '1_000', '_1', '1_', '1__2', '0_7', '0x_f',
  '1.5', '-1.5', '+1.5', '.5', '-.5', '+.5', '5.', '1e3', '1E3', '1e+3', '1.5e-3', '.5e3', '1e', 'e3', '1e999', '.', '..', '+', '1.2.3', '1,000', '12:30', '12:30:45', '190:20:30', '2001-01-01', '2001-01-01T00:00:00Z', '9007199254740992', '12345678901234567890123', '1e21',
  'a', 'a b', '=', '<', 'x: y', "'yes'", '"yes"', "'07'", '!!str yes', '!!str 07', '!!int "7"', '!!float 7', '!!bool "yes"', '!!null ""', '|\n  yes', '>\n  07\n',
];

describe('parseYaml', () => {
  it('reads scalars as the Kubernetes tools do', async () => {
    const text = scalars.map((scalar, index) => `k${index}: ${scalar === 'x: y' ? '{x: y}' : scalar}\n`).join('');

    const theirs = (await asKubernetes(text)) as Readonly<Record<string, unknown>>;

    const ours = parseYaml(text)[0]?.value as Readonly<Record<string, unknown>>;
    expect(scalars.map((scalar, index) => [scalar, ours[`k${index}`]])).toEqual(scalars.map((scalar, index) => [scalar, theirs[`k${index}`]]));
  });

  it('reads keys as the Kubernetes tools do', async () => {
    const text = 'yes: 1\nn: 2\n07: 3\n0x10: 4\n1.5: 5\n"on": 6\n2001-01-01: 7\n~x: 8\n';

    expect(parseYaml(text)[0]?.value).toEqual(await asKubernetes(text));
  });

  it('reads anchors, merges and strings of all styles as the Kubernetes tools do', async () => {
    const text = `
base: &base {x: 1, w: [a, b]}
copy: *base
merged: {<<: *base, x: 2}
both:
  <<: [{p: 1, q: 1}, {q: 2, r: 2}]
  s: 3
folded: >-
  one
  two

  three
literal: |+
  keep

single: 'it''s'
double: "tab\\there \\u00e9 \\x41 \\
  joined"
plain: two words
  on two lines
flow: [a, {b: c}, "d", ]
nested:
- - 1
  - 2
-
  k: v
`;

    expect(parseYaml(text)[0]?.value).toEqual(await asKubernetes(text));
  });
});

describe('printYaml', () => {
  it('prints what the Kubernetes tools read back the same', async () => {
    const tricky = scalars.map((scalar) => scalar.trim());
    const blank = fc.string({ maxLength: 8, unit: fc.constantFrom('\n', '\t', ' ', 'a', '#', ':', '-') });
    const text = fc.oneof(fc.constantFrom(...tricky), blank, fc.string({ maxLength: 10, unit: fc.constantFrom(...Array.from('aé字😀 \n\t"\'\\:#-?,[]{}&*!|>%@`01.e+~<=_xob')) }));
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const samples = fc.sample(fc.dictionary(text.filter((key) => key !== '__proto__'), value, { noNullPrototype: true, maxKeys: 20 }), 600);
    const data = Object.fromEntries(samples.map((sample, index) => [`s${index}`, sample]));

    expect(await asKubernetes(printYaml(data))).toEqual(data);
  });
});
