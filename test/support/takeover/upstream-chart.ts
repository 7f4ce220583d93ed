import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface UpstreamChart {
  readonly folder: string;
  readonly remove: () => void;
}

/**
 * External Secrets' own chart as it is released: the module has it without its CRDs, which its release script puts among the templates,
 * with a place for `crds.annotations`. Its one dependency, a server for another product, is left out.
 */
export function upstreamChart({ chart, crds }: { readonly chart: string; readonly crds: string }): UpstreamChart {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-upstream-chart-'));
  cpSync(chart, folder, { recursive: true, mode: 0 });
  rmSync(join(folder, 'Chart.lock'));
  const description = join(folder, 'Chart.yaml');
  const text = readFileSync(description, 'utf8');
  rmSync(description);
  writeFileSync(description, text.slice(0, text.indexOf('dependencies:')));
  for (const file of readdirSync(crds).filter((name) => /^(generators\.)?external-secrets\.io_.*\.yaml$/.test(name))) {
    // its descriptions hold braces of their own
    const escaped = readFileSync(join(crds, file), 'utf8').replaceAll('{{', '{{ "{{" }}');
    const annotated = escaped.replace(/^ {2}annotations:\n/m, '$&    {{- with .Values.crds.annotations }}\n    {{- toYaml . | nindent 4 }}\n    {{- end }}\n');
    writeFileSync(join(folder, 'templates/crds', file), `{{- if .Values.installCRDs }}\n${annotated}\n{{- end }}\n`);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
