import { PatternError, Regexp } from '../../../../template/regexp/regexp.ts';
import { FunctionError, LimitError } from '../../../../template/template-error.ts';
import { fromText } from '../../../../template/value/byte-string.ts';
import type { Meter } from '../../../../template/value/value.ts';
import { createMeter } from '../../../../template/worker/limits.ts';
import type { Chart, ChartValues } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { jsonToItem } from './json-to-item.ts';
import { isValues } from './merge-values.ts';
import { SchemaDocument } from './schema/schema-document.ts';
import { SchemaValidator } from './schema/schema-validator.ts';
import { toTable } from './table.ts';

/** What one chart's values may cost to check. */
const cost = { steps: 20_000_000, allocatedBytes: 128 * 1024 * 1024 };
/** Told of one chart. */
const mostProblems = 20;

/**
 * Holds values against the values.schema.json of a chart and of its dependencies.
 * @param chart whose dependencies are those that take part
 * @param values coalesced
 * @throws ChartError that names what is wrong and where, and quotes no value; also where a schema is wrong or asks for what is not supported
 */
export function checkSchemas(chart: Chart, values: ChartValues): void {
  const problems = chartProblems(chart, values);
  if (problems.length > 0) throw new ChartError(`the values do not fit values.schema.json:\n${problems.join('\n')}`);
}

function chartProblems(chart: Chart, values: ChartValues): readonly string[] {
  const own = chart.schema === undefined ? [] : schemaProblems(chart.schema, values).map((problem) => `${chart.metadata.name}: ${problem}`);
  const shown = own.length > mostProblems ? [...own.slice(0, mostProblems), `${chart.metadata.name}: and ${own.length - mostProblems} more`] : own;
  const inner = chart.dependencies.flatMap((child) => {
    const { name } = child.metadata;
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    if (given === undefined || given === null) return [];
    return isValues(given) ? chartProblems(child, given) : [`${name}: its values must be a map`];
  });
  return [...shown, ...inner];
}

/** What can be known of a schema before there are values. */
interface ReadSchema {
  readonly document: SchemaDocument;
  readonly patterns: Map<string, Regexp>;
}

/** A chart's schema is read once for all of its releases, as long as the chart itself is kept. */
const known = new WeakMap<Uint8Array, ReadSchema | { readonly problem: string }>();

function schemaProblems(schema: Uint8Array, values: ChartValues): readonly string[] {
  const read = known.get(schema) ?? readSchema(schema);
  known.set(schema, read);
  if ('problem' in read) return [read.problem];
  const meter = createMeter(cost);
  const finds = (pattern: string, text: string): boolean => patternOf(pattern, read.patterns, meter).matches(fromText(text), meter);
  const checked = attempt(() => new SchemaValidator(read.document, finds, meter).problems(toTable(values)));
  return 'problem' in checked ? [checked.problem] : checked.result;
}

function readSchema(schema: Uint8Array): ReadSchema | { readonly problem: string } {
  const item = jsonToItem(Buffer.from(schema).toString('utf8'));
  if (item === undefined) return { problem: 'values.schema.json is not JSON' };
  const meter = createMeter(cost);
  const patterns = new Map<string, Regexp>();
  const read = attempt(() => {
    const document = new SchemaDocument(item, (pattern) => isPattern(pattern, patterns, meter));
    document.checkReferences();
    return { document, patterns };
  });
  return 'problem' in read ? read : read.result;
}

/** What it answers, or what is wrong in words that can be shown. */
function attempt<Result>(check: () => Result): { readonly result: Result } | { readonly problem: string } {
  try {
    return { result: check() };
  } catch (error) {
    if (error instanceof ChartError || error instanceof LimitError || error instanceof FunctionError) return { problem: error.message };
    throw error;
  }
}

/** Every pattern of the schema has been compiled as it was read. */
function patternOf(pattern: string, patterns: Map<string, Regexp>, meter: Meter): Regexp {
  const compiled = patterns.get(pattern) ?? new Regexp(fromText(pattern), meter);
  patterns.set(pattern, compiled);
  return compiled;
}

/** A pattern that is too large is told as such, and not as a wrong one. */
function isPattern(pattern: string, patterns: Map<string, Regexp>, meter: Meter): boolean {
  try {
    patternOf(pattern, patterns, meter);
    return true;
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}
