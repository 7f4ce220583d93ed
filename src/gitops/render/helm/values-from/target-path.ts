import type { ChartValue, ChartValues } from '../chart.ts';
import { isValues } from '../values/merge-values.ts';

/** Steps into values: keys of maps and indices of lists. */
export type TargetPath = readonly (string | number)[];

/** Helm's bound of an index in `--set`. */
const mostIndex = 65_536;
const mostSteps = 64;

/**
 * Reads a `targetPath` as Flux has it: `a.b[0].c`, with a backslash before a dot or a bracket that belongs to a key.
 * @returns undefined for what is none
 */
export function parseTargetPath(text: string): TargetPath | undefined {
  const steps: (string | number)[] = [];
  const token = /(?:^|(?!^)\.)((?:[^.[\]\\]|\\.)+)|\[(\d{1,5})\]/gy;
  let end = 0;
  for (const match of text.matchAll(token)) {
    end = match.index + match[0].length;
    const [, key, index] = match;
    if (key !== undefined) steps.push(key.replace(/\\(.)/g, '$1'));
    else if (steps.length > 0) steps.push(Number(index));
    else return undefined;
  }
  const isWhole = end === text.length && steps.length > 0 && steps.length <= mostSteps;
  return isWhole && steps.every((step) => typeof step === 'string' || step <= mostIndex) ? steps : undefined;
}

/** The values with one more, whatever stood there: a key pair contains commas, so nothing of it is read as `--set` would. */
export function withValueAt(values: ChartValues, path: TargetPath, value: ChartValue): ChartValues {
  const [step, ...rest] = path;
  if (typeof step !== 'string') throw new RangeError('a path into values begins with a key');
  return { ...values, [step]: laid(values[step], rest, value) };
}

function laid(at: ChartValue | undefined, [step, ...rest]: TargetPath, value: ChartValue): ChartValue {
  if (step === undefined) return value;
  if (typeof step === 'string') return { ...(isValues(at) ? at : {}), [step]: laid(isValues(at) ? at[step] : undefined, rest, value) };
  const list = isList(at) ? at : [];
  const grown = Array.from({ length: Math.max(list.length, step + 1) }, (_, index) => list[index] ?? null);
  return grown.map((item, index) => (index === step ? laid(item, rest, value) : item));
}

export function isList(value: ChartValue | undefined): value is readonly ChartValue[] {
  return Array.isArray(value);
}
