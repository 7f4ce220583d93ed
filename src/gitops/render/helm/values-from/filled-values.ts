import { valueKey } from '../../../plan/value-source.ts';
import type { ValuesFromCluster } from '../../renderer.ts';
import type { Chart, ChartValue, ChartValues } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { isValues, mergeValues } from '../values/merge-values.ts';
import { readValuesText } from '../values/read-values.ts';
import { placeholder, standIn, type Variant } from './stand-in.ts';
import { withValueAt } from './target-path.ts';
import { type SchemaAt, schemasOf, typed } from './value-schema.ts';
import type { ValuesFrom } from './values-from.ts';

/** A chart's values with what the cluster holds laid over them. */
export interface FilledValues {
  /** Those to render with: real ones, or placeholders where the cluster has not been asked. */
  readonly shown: ChartValues;
  /** The same with something else for each value of a Secret: what comes out differently depends on it. */
  readonly others: readonly ChartValues[];
  /** Of placeholders alone: the same with something else for what is of a ConfigMap, and without what is optional. What comes out differently must not be written yet. */
  readonly unsettled?: ChartValues;
  /** Whole documents are missing: all that comes out may depend on them, and must not be written yet. */
  readonly isPartial: boolean;
  /** Texts of Secrets that are among the values. */
  readonly secrets: readonly string[];
  readonly problems: readonly string[];
  /** The chart's schema asks more of them than placeholders can answer. */
  readonly breaksSchema: boolean;
}

/** A value, and what stands in for it. */
interface Entry {
  readonly from: ValuesFrom;
  readonly real: ChartValue;
  readonly others: readonly [ChartValue, ChartValue];
}

/** Fills in placeholders of the types that the chart's schema names. Of whole documents nothing is known. */
export function fillPlaceholders(base: ChartValues, entries: readonly ValuesFrom[], chart: Chart): FilledValues {
  const schemaAt = schemasOf(chart);
  const standIns = entries.flatMap((from) => {
    if (from.target === undefined) return [];
    const schema = schemaAt(from.target);
    return [{ from, real: placeholder(schema, 0), others: [placeholder(schema, 1), placeholder(schema, 1)] as const, saysMore: schema?.saysMore === true }];
  });
  const whole = entries.filter(({ target }) => target === undefined);
  const isUnsettled = standIns.some(({ from }) => from.kind === 'ConfigMap' || from.optional);
  const required = standIns.filter(({ from }) => !from.optional);
  return {
    shown: laid(base, standIns, ({ real }) => real),
    others: standIns.some(({ from }) => from.kind === 'Secret') ? [laid(base, standIns, ({ from, real, others }) => (from.kind === 'Secret' ? others[0] : real))] : [],
    ...(isUnsettled ? { unsettled: laid(base, required, ({ from, real, others }) => (from.kind === 'ConfigMap' ? others[0] : real)) } : {}),
    isPartial: whole.length > 0,
    secrets: [],
    problems: whole.map((from) => `the values of ${describe(from)} are known only in the cluster; what is planned is without them, and nothing of the chart is written before they are read`),
    breaksSchema: whole.length > 0 || standIns.some(({ saysMore }) => saysMore),
  };
}

/**
 * Fills in what the cluster holds. What an optional source does not have is left out.
 * @throws ChartError that names the source and never quotes it
 */
export function fillValues(base: ChartValues, entries: readonly ValuesFrom[], chart: Chart, values: ValuesFromCluster): FilledValues {
  const secrets: string[] = [];
  const schemaAt = schemasOf(chart);
  const real = entries.flatMap((from): readonly Entry[] => {
    const bytes = values.get(valueKey(from));
    if (bytes === undefined && from.optional) return [];
    if (bytes === undefined) throw new ChartError(`${describe(from)} is not there`);
    const value = read(from, bytes.reveal(), schemaAt);
    if (from.kind === 'Secret') secrets.push(...textsOf(value));
    return [{ from, real: value, others: [standIn(value, 0), standIn(value, 1)] }];
  });
  const other = (variant: Variant): ChartValues => laid(base, real, ({ from, real: value, others }) => (from.kind === 'Secret' ? others[variant] : value));
  const isSecret = real.some(({ from }) => from.kind === 'Secret');
  return { shown: laid(base, real, (entry) => entry.real), others: isSecret ? [other(0), other(1)] : [], isPartial: false, secrets, problems: [], breaksSchema: false };
}

function read(from: ValuesFrom, bytes: Uint8Array, schemaAt: SchemaAt): ChartValue {
  if (from.target === undefined) {
    try {
      return readValuesText(bytes, describe(from));
    } catch (error) {
      if (error instanceof ChartError) throw new ChartError(`${describe(from)} is not a YAML document of values`);
      throw error;
    }
  }
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new ChartError(`${describe(from)} is not UTF-8 text, which is all that a value can be; encode it`);
  return typed(text, schemaAt(from.target));
}

/** Laid on last, in their order: a default that Git has for such a value must not win over it. */
function laid<One extends { readonly from: ValuesFrom }>(base: ChartValues, entries: readonly One[], valueOf: (entry: One) => ChartValue): ChartValues {
  return entries.reduce((values, entry) => {
    const value = valueOf(entry);
    if (entry.from.target !== undefined) return withValueAt(values, entry.from.target, value);
    return isValues(value) ? mergeValues(values, value) : values;
  }, base);
}

function describe({ kind, name, key }: ValuesFrom): string {
  return `key ${key} of ${kind} ${name}`;
}

/** Too short to be told from other text, it would hide things that have nothing to do with it. */
const shortest = 4;

/** The texts of a value that must be hidden wherever they stand: as they are, trimmed and encoded. */
export function textsOf(value: ChartValue): readonly string[] {
  if (typeof value === 'string') return value.trim().length < shortest ? [] : [value, value.trim(), Buffer.from(value).toString('base64')];
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`.length < shortest ? [] : [`${value}`];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
