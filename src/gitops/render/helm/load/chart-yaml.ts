import { YamlError } from '../../../../lib/yaml-error.ts';
import { LimitError } from '../../../../template/template-error.ts';
import { toText } from '../../../../template/value/byte-string.ts';
import { createMeter } from '../../../../template/worker/limits.ts';
import type { YamlData } from '../../../../template/yaml/decode-tree.ts';
import { decodeTree, isMap } from '../../../../template/yaml/decode-tree.ts';
import { keyText } from '../../../../template/yaml/key-text.ts';
import { readYaml } from '../../../../template/yaml/read/read-yaml.ts';
import type { ChartValue, ChartValues } from '../chart.ts';
import { ChartError } from './chart-error.ts';

/** What one text may cost: 400 000 values at the most, see `decodeTree`, and about a million lines. */
const cost = { steps: 50_000_000, allocatedBytes: 512 * 1024 * 1024 };

/**
 * The first document of a YAML text, as go-yaml reads it: whole numbers are bigints. Undefined for a text that holds nothing.
 * @throws ChartError that names the line and quotes nothing
 */
export function readChartYaml(text: Uint8Array): YamlData | undefined {
  return refusing(() => {
    const meter = createMeter(cost);
    const tree = readYaml(text, meter);
    return tree === undefined ? undefined : decodeTree(tree, meter);
  });
}

/**
 * As sigs.k8s.io/yaml has it after its way through JSON, where every number is a float64 and every key a string.
 * @throws ChartError for infinities, and keys that are null
 */
export function toChartValue(data: YamlData): ChartValue {
  if (typeof data === 'bigint') return Number(data);
  if (typeof data === 'string') return toText(data);
  if (typeof data === 'number' && !Number.isFinite(data)) throw new ChartError('infinity and not-a-number cannot be values');
  if (typeof data !== 'object' || data === null) return data;
  return isMap(data) ? toChartValues(data) : data.map(toChartValue);
}

function toChartValues(data: Extract<YamlData, ReadonlyMap<unknown, unknown>>): ChartValues {
  return Object.fromEntries(Array.from(data, ([key, value]) => [mapKey(key), toChartValue(value)]));
}

/** A key as a string. @throws ChartError for one that is null */
export function mapKey(key: Parameters<typeof keyText>[0]): string {
  return refusing(() => toText(keyText(key)));
}

function refusing<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof YamlError || error instanceof LimitError) throw new ChartError(error.message, { cause: error });
    throw error;
  }
}
