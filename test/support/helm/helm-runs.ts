import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ChartFile } from '../../../src/gitops/render/helm/chart.ts';
import { helm, type HelmResult } from '../chart.ts';

/** The files of a chart, by their names. */
export type ChartTexts = Readonly<Record<string, string>>;

export function chartFiles(texts: ChartTexts): readonly ChartFile[] {
  return Object.entries(texts).map(([name, text]) => ({ name, data: Buffer.from(text) }));
}

/** Renders a chart with the real helm. @param folder an empty one */
export async function templateChart(folder: string, texts: ChartTexts, args: readonly string[] = []): Promise<HelmResult> {
  for (const [name, text] of Object.entries(texts)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return helm(['template', 'release', folder, '--namespace', 'default', ...args]);
}

/** Prints what a chart sees as `.Values` and `.Chart`, as text that YAML leaves alone. */
export const dumpTemplate = 'kind: Dump\nchart: {{ toYaml .Chart | b64enc }}\nvalues: {{ toYaml .Values | b64enc }}\n';

export interface Dump {
  readonly chart: string;
  readonly values: string;
}

/** What `dumpTemplate` printed, by the path of the chart: `parent`, `parent/charts/child`. */
export function readDumps(output: string): Readonly<Record<string, Dump>> {
  const found = output.matchAll(/^# Source: (.*)\/templates\/dump\.yaml\nkind: Dump\nchart: (\S*)\nvalues: (\S*)$/gm);
  return Object.fromEntries(Array.from(found, ([, path = '', chart = '', values = '']) => [path, { chart: decode(chart), values: decode(values) }]));
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
