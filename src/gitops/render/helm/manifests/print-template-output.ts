import type { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { ChartFile } from '../chart.ts';
import { isTest } from './chart-hook.ts';
import type { ChartManifests } from './chart-manifests.ts';
import { trimSpace } from './split-manifests.ts';

export interface PrintOptions {
  /** `--include-crds`: the files of `chartCrds`. Absent: none. */
  readonly crds?: readonly ChartFile[];
  /** `--no-hooks`. */
  readonly noHooks?: boolean;
  /** `--skip-tests`. */
  readonly skipTests?: boolean;
}

/** Exactly what `helm template` prints: CRDs, manifests, then hooks, each under its source. It may hold secrets. */
export function printTemplateOutput({ manifests, hooks }: ChartManifests, { crds = [], noHooks = false, skipTests = false }: PrintOptions = {}): string {
  const installed = [
    ...crds.map(({ name, data }) => document(name, Buffer.from(data).toString('utf8'))),
    ...manifests.map(({ path, text }) => document(path, textOf(text))),
  ];
  const run = noHooks ? [] : hooks.filter((hook) => !(skipTests && isTest(hook)));
  return `${trimSpace(installed.join(''))}\n${run.map(({ path, text }) => document(path, textOf(text))).join('')}`;
}

function document(path: string, text: string): string {
  return `---\n# Source: ${path}\n${text}\n`;
}

function textOf(text: SecretBytes): string {
  return Buffer.from(text.reveal()).toString('utf8');
}
