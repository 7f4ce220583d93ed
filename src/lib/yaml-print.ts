import { Document, isScalar, Scalar, visit } from 'yaml';
import { resolvePlainScalar } from './yaml-scalar.ts';

export interface PrintOptions {
  /** Sort the keys of every map, so that equal data prints equally however it was built. By default keys keep their order. */
  readonly sortKeys?: boolean;
}

/**
 * Prints data as one YAML document without `---`, ending in a line feed. The same data always gives the same text.
 * Strings that a reader of YAML 1.1 or 1.2, the Kubernetes tools among them, would take for something else are quoted.
 */
export function printYaml(value: unknown, { sortKeys = false }: PrintOptions = {}): string {
  const document = new Document(value, exactIntegers, { version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false, sortMapEntries: sortKeys });
  visit(document, {
    Scalar: (_, node) => {
      if (isAmbiguous(node)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

/** Whether an unquoted string would be read as another value, or a block of text be refused. */
function isAmbiguous(node: Scalar): boolean {
  if (!isScalar(node) || typeof node.value !== 'string') return false;
  // as a block of text, libyaml (which Go's tools have) takes a blank first line, or blanks at its start, for indentation
  if (/^\s|\n[ \t]+(\n|$)/.test(node.value)) return true;
  const read = resolvePlainScalar(node.value);
  return read.kind === 'range' || read.value !== node.value || node.value === '<<';
}

/** Doubles print their shortest digits; of an integer beyond 2^53 those would be another integer. */
function exactIntegers(_key: unknown, value: unknown): unknown {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 64 ? BigInt(value) : value;
}
