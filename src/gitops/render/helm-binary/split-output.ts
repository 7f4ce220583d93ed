import type { ReleaseDocument } from '../helm/chart-engine.ts';

/** Takes the output of `helm template` apart: each document says which template of the chart it comes from. */
export function splitOutput(output: string): readonly ReleaseDocument[] {
  return output
    .split(/^---\n(?=# Source: )/m)
    .filter((part) => part.startsWith('# Source: '))
    .map((part) => {
      const end = part.indexOf('\n');
      const source = part.slice('# Source: '.length, end < 0 ? undefined : end);
      return { file: source.slice(source.indexOf('/') + 1), text: end < 0 ? '' : part.slice(end + 1) };
    });
}
