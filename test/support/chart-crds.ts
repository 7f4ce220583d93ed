import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(dirname(import.meta.dirname));
const source = join(root, 'crds');

/** Where the chart keeps its copy: Helm reads no file outside a chart, and some who install from Git follow no links. */
const copy = join(root, 'charts/prelude/files/crds');

/** The CRDs of a folder, by file name. */
export function readCrds(folder: 'crds' | 'chart'): ReadonlyMap<string, string> {
  const path = folder === 'crds' ? source : copy;
  const files = readdirSync(path).filter((file) => file.endsWith('.yaml'));
  return new Map(files.toSorted().map((file) => [file, readFileSync(join(path, file), 'utf8')]));
}

if (import.meta.main) {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const file of readCrds('crds').keys()) cpSync(join(source, file), join(copy, file));
}
