import type { ChartValues } from '../chart.ts';
import { readChartYaml, toChartValue } from '../load/chart-yaml.ts';
import { ChartError } from '../load/chart-error.ts';
import { isValues, mergeValues } from './merge-values.ts';

/**
 * The values of a file. Of several documents, the later are merged over the earlier.
 * @param file what messages call it
 * @throws ChartError that names the line, and quotes nothing
 */
export function readValuesText(text: Uint8Array, file: string): ChartValues {
  let values: ChartValues = {};
  for (const { from, document } of documentsOf(Buffer.from(text), file)) {
    try {
      const value = toChartValue(readChartYaml(document) ?? null);
      if (value !== null && !isValues(value)) throw new ChartError('values must be a map');
      values = mergeValues(values, value ?? {});
    } catch (error) {
      throw error instanceof ChartError ? error.within(from === 1 ? file : `${file}, in the document after line ${from - 1}`) : error;
    }
  }
  return values;
}

interface Part {
  /** The line it begins with, counted from 1. */
  readonly from: number;
  readonly document: Uint8Array;
}

/** Splits where a line begins with `---`, whatever it stands in: Kubernetes' reader knows nothing of YAML. */
function documentsOf(text: Buffer, file: string): readonly Part[] {
  const lines = text.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const parts: Part[] = [];
  let current: string[] = [];
  let from = 1;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('---')) {
      if (!/^---\s*(#.*)?$/s.test(line)) throw new ChartError(`${file}: line ${index + 1}: only a comment may follow --- (put what it begins on the next line)`);
      if (current.length > 0) {
        parts.push({ from, document: joined(current) });
        current = [];
        from = index + 2;
        continue;
      }
    }
    // the reader drops a return before the end of a line
    current.push(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
  if (current.length > 0) parts.push({ from, document: joined(current) });
  return parts;
}

function joined(lines: readonly string[]): Uint8Array {
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}
