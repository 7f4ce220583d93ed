import { stringify } from 'yaml';

export interface PrintOptions {
  /** Sort the keys of every map, so that equal data prints equally however it was built. By default keys keep their order. */
  readonly sortKeys?: boolean;
}

/**
 * Prints data as one YAML document without `---`, ending in a line feed. The same data always gives the same text.
 * Strings that YAML 1.1 or 1.2 readers would take for something else are quoted.
 */
export function printYaml(value: unknown, { sortKeys = false }: PrintOptions = {}): string {
  return stringify(value, exactIntegers, {
    version: '1.2',
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    lineWidth: 0,
    sortMapEntries: sortKeys,
  });
}

/** Doubles print their shortest digits; of an integer beyond 2^53 those would be another integer. */
function exactIntegers(_key: unknown, value: unknown): unknown {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 64 ? BigInt(value) : value;
}

/** Prints several documents, separated by `---`. */
export function printYamlDocuments(values: readonly unknown[], options: PrintOptions = {}): string {
  return values.map((value) => printYaml(value, options)).join('---\n');
}
