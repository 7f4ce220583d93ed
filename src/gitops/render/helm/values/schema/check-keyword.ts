import { ChartError } from '../../load/chart-error.ts';
import { isTable, type Table, type TableItem } from '../table.ts';
import type { Draft } from './draft.ts';
import { compareNumbers, isWhole } from './exact-number.ts';
import { jsonKey } from './json-key.ts';
import type { KeywordKind } from './keywords.ts';

/** Whether a text is a regular expression. */
export type IsPattern = (text: string) => boolean;

const kindNames = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);

/** Checks the value of one keyword, as the schema of schemas of each draft has it; not the schemas within it. @throws ChartError with the place */
export function checkKeyword(kind: KeywordKind, value: TableItem, { place, draft, isPattern }: { readonly place: string; readonly draft: Draft; readonly isPattern: IsPattern }): void {
  const expected = rules[kind](value, draft, isPattern);
  if (expected !== undefined) throw new ChartError(`the schema is wrong at ${place}: there must be ${expected}`);
}

/** @returns what is wanted, where it is not there */
type Rule = (value: TableItem, draft: Draft, isPattern: IsPattern) => string | undefined;

function must(isFine: boolean, wanted: string): string | undefined {
  return isFine ? undefined : wanted;
}

const rules: Readonly<Record<KeywordKind, Rule>> = {
  schema: () => undefined,
  schemas: (value) => must(Array.isArray(value) && value.length > 0, 'a list of schemas'),
  schemaMap: (value) => must(isTable(value), 'a map of schemas'),
  items: (value, draft) => must(!Array.isArray(value) || (draft < 2020 && (value.length > 0 || draft === 6)), 'a schema'),
  dependencies: (value) => must(isTable(value) && [...value.values()].every((item) => !Array.isArray(item) || areNames(item)), 'a map of schemas and lists of names'),
  patternMap: (value, _, isPattern) => must(isTable(value) && [...value.keys()].every(isPattern), 'a map of schemas by regular expressions'),
  text: (value) => must(typeof value === 'string', 'a text'),
  pattern: (value, _, isPattern) => must(typeof value === 'string' && isPattern(value), 'a regular expression'),
  names: (value, draft) => must(areNames(value) && (draft > 4 || (Array.isArray(value) && value.length > 0)), 'a list of names'),
  namesMap: (value) => must(isTable(value) && [...value.values()].every(areNames), 'a map of lists of names'),
  number: (value) => must(isNumber(value), 'a number'),
  positive: (value) => must(isNumber(value) && compareNumbers(value, 0) > 0, 'a number above zero'),
  exclusive: (value, draft) => must(draft === 4 ? typeof value === 'boolean' : isNumber(value), draft === 4 ? 'true or false' : 'a number'),
  count: (value) => must(isNumber(value) && isWhole(value) && compareNumbers(value, 0) >= 0, 'a whole number that is not below zero'),
  flag: (value) => must(typeof value === 'boolean', 'true or false'),
  list: (value) => must(Array.isArray(value), 'a list'),
  enum: (value, draft) => must(Array.isArray(value) && (draft >= 2019 || (value.length > 0 && areUnique(value))), 'a list of values, each of them once'),
  type: (value) => must(isType(value) || (Array.isArray(value) && value.length > 0 && value.every(isType) && areUnique(value)), 'the name of a type, or a list of such'),
};

export function isNumber(value: TableItem | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isType(value: TableItem): boolean {
  return typeof value === 'string' && kindNames.has(value);
}

function areNames(value: TableItem): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') && areUnique(value);
}

function areUnique(values: readonly TableItem[]): boolean {
  return new Set(values.map(jsonKey)).size === values.length;
}

/** Whether something can be a schema. Draft 4 has no booleans but beside what is named. */
export function isSchema(value: TableItem, draft: Draft, place: string): value is Table | boolean {
  return isTable(value) || (typeof value === 'boolean' && (draft > 4 || /\/additional(Items|Properties)$/.test(place)));
}
