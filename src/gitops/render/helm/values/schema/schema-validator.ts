import type { Meter } from '../../../../../template/value/value.ts';
import { isTable, type Table, type TableItem } from '../table.ts';
import { isNumber } from './check-keyword.ts';
import { compareNumbers, isMultiple, isWhole } from './exact-number.ts';
import { hasFormat } from './formats.ts';
import { jsonKey, kindOf } from './json-key.ts';
import { pointerStep } from './keywords.ts';
import type { Schema, SchemaDocument } from './schema-document.ts';
import { Verdict } from './verdict.ts';

/** Whether a regular expression, which is one, is found in a text. */
export type FindsPattern = (pattern: string, text: string) => boolean;

/** Holds values against a schema, as Helm's library does: JSON Schema of drafts 4 to 2020-12. */
export class SchemaValidator {
  readonly #document: SchemaDocument;
  readonly #finds: FindsPattern;
  readonly #meter: Meter;

  /** @param meter charged for every schema that a value is held against */
  constructor(document: SchemaDocument, finds: FindsPattern, meter: Meter) {
    this.#document = document;
    this.#finds = finds;
    this.#meter = meter;
  }

  /** What is wrong, each with the place of the value; nothing quotes one. @throws LimitError, ChartError for a reference that leads nowhere */
  problems(value: TableItem): readonly string[] {
    return this.#check(this.#document.root, value, '', []).problems;
  }

  /** @param active the schemas that this very value is being held against */
  #check(schema: Schema, value: TableItem, at: string, active: readonly Table[]): Verdict {
    this.#meter.step(1 + active.length);
    const verdict = new Verdict(at);
    if (schema === false) verdict.fail('nothing may stand here');
    if (typeof schema === 'boolean') return verdict;
    if (active.includes(schema)) verdict.fail('the schema refers to itself');
    else if (this.#checkWhole(schema, value, verdict)) this.#checkParts(schema, value, verdict, [...active, schema]);
    return verdict;
  }

  #get(schema: Table, keyword: string, since = 4): TableItem | undefined {
    return this.#document.draft >= since ? schema.get(keyword) : undefined;
  }

  /** @returns whether there is any use in looking further */
  #checkWhole(schema: Table, value: TableItem, verdict: Verdict): boolean {
    const { draft } = this.#document;
    if (draft < 2019 && schema.has('$ref')) return true;
    const [types, values, format] = [schema.get('type'), schema.get('enum'), schema.get('format')];
    const kinds = typeof types === 'string' ? [types] : namesOf(types);
    if (types !== undefined && !kinds.some((kind) => kind === kindOf(value) || (kind === 'integer' && isNumber(value) && isWhole(value)))) {
      return verdict.fail(`this is of kind ${kindOf(value)}, and must be ${kinds.join(' or ')}`);
    }
    const constant = this.#get(schema, 'const', 6);
    if (constant !== undefined && jsonKey(constant) !== jsonKey(value)) return verdict.fail('this is not the value that the schema wants');
    if (Array.isArray(values) && !values.some((one) => jsonKey(one) === jsonKey(value))) return verdict.fail('this is none of the values that the schema allows');
    if (draft < 2019 && typeof format === 'string' && typeof value === 'string' && !hasFormat(format, value)) return verdict.fail(`this is not of the format ${format}`);
    return true;
  }

  #checkParts(schema: Table, value: TableItem, verdict: Verdict, active: readonly Table[]): void {
    const reference = schema.get('$ref');
    if (typeof reference === 'string') {
      verdict.add(this.#check(this.#document.resolve(schema, reference), value, verdict.at, active));
      if (this.#document.draft < 2019) return;
    }
    if (isTable(value)) this.#checkObject(schema, value, verdict, active);
    else if (Array.isArray(value)) this.#checkList(schema, value, verdict);
    else if (typeof value === 'string') this.#checkText(schema, value, verdict);
    else if (isNumber(value)) this.#checkNumber(schema, value, verdict);
    for (const reference of [this.#get(schema, '$recursiveRef', 2019), this.#get(schema, '$dynamicRef', 2020)]) {
      if (typeof reference === 'string') verdict.add(this.#check(this.#document.resolve(schema, reference), value, verdict.at, active));
    }
    this.#checkAlternatives(schema, value, verdict, active);
    if (this.#document.draft >= 2019) this.#checkUnevaluated(schema, value, verdict);
  }

  #checkObject(schema: Table, value: Table, verdict: Verdict, active: readonly Table[]): void {
    this.#checkSize(schema, 'Properties', value.size, verdict);
    for (const name of namesOf(schema.get('required'))) if (!value.has(name)) verdict.fail(`${name} is missing`);
    this.#checkDependencies(schema, value, verdict, active);
    const additional = schemaOf(schema.get('additionalProperties'));
    for (const [key, item] of value) {
      const schemas = this.#schemasOf(schema, key);
      if (schemas.length === 0 && additional === undefined) continue;
      verdict.keys.add(key);
      if (schemas.length === 0 && additional === false) verdict.fail(`${key} is not one of the keys that the schema allows`);
      else for (const one of schemas.length === 0 && additional !== undefined ? [additional] : schemas) verdict.addInner(this.#check(one, item, `${verdict.at}/${pointerStep(key)}`, []));
    }
    const names = schemaOf(this.#get(schema, 'propertyNames', 6));
    if (names !== undefined) for (const key of value.keys()) if (this.#check(names, key, verdict.at, []).problems.length > 0) verdict.fail(`the key ${key} is not one that the schema allows`);
  }

  #schemasOf(schema: Table, key: string): readonly Schema[] {
    const [own, patterns] = [schema.get('properties'), schema.get('patternProperties')];
    const named = isTable(own) ? schemaOf(own.get(key)) : undefined;
    const matching = isTable(patterns) ? Array.from(patterns).flatMap(([pattern, one]) => (this.#finds(pattern, key) ? [schemaOf(one)] : [])) : [];
    return [named, ...matching].filter((one) => one !== undefined);
  }

  #checkDependencies(schema: Table, value: Table, verdict: Verdict, active: readonly Table[]): void {
    for (const dependencies of [schema.get('dependencies'), this.#get(schema, 'dependentRequired', 2019), this.#get(schema, 'dependentSchemas', 2019)]) {
      if (!isTable(dependencies)) continue;
      for (const [key, dependency] of dependencies) {
        if (!value.has(key)) continue;
        for (const name of namesOf(dependency)) if (!value.has(name)) verdict.fail(`${name} is missing, which ${key} asks for`);
        const inner = schemaOf(dependency);
        if (inner !== undefined) verdict.add(this.#check(inner, value, verdict.at, active));
      }
    }
  }

  #checkList(schema: Table, value: readonly TableItem[], verdict: Verdict): void {
    this.#checkSize(schema, 'Items', value.length, verdict);
    if (schema.get('uniqueItems') === true && new Set(value.map(jsonKey)).size < value.length) verdict.fail('there are items that are equal');
    const items = schema.get('items');
    const isNew = this.#document.draft >= 2020;
    const first = isNew ? schema.get('prefixItems') : items;
    const others = isNew ? items : Array.isArray(items) ? schema.get('additionalItems') : items;
    // without `items`, old drafts give `additionalItems` no meaning
    for (const [index, item] of value.entries()) {
      const one = schemaOf(Array.isArray(first) && index < first.length ? first[index] : others);
      if (one === undefined) continue;
      verdict.indexes.add(index);
      verdict.addInner(this.#check(one, item, `${verdict.at}/${index}`, []));
    }
    this.#checkContains(schema, value, verdict);
  }

  #checkContains(schema: Table, value: readonly TableItem[], verdict: Verdict): void {
    const contained = schemaOf(this.#get(schema, 'contains', 6));
    if (contained === undefined) return;
    const found = value.flatMap((item, index) => (this.#check(contained, item, `${verdict.at}/${index}`, []).problems.length === 0 ? [index] : []));
    if (this.#document.draft >= 2020) for (const index of found) verdict.indexes.add(index);
    const [least, most] = [this.#get(schema, 'minContains', 2019) ?? 1, this.#get(schema, 'maxContains', 2019)];
    if (isNumber(least) && found.length < least) verdict.fail('too few of the items are what the schema wants');
    if (isNumber(most) && found.length > most) verdict.fail('too many of the items are what the schema wants few of');
  }

  #checkText(schema: Table, value: string, verdict: Verdict): void {
    if (schema.has('minLength') || schema.has('maxLength')) this.#checkSize(schema, 'Length', Array.from(value).length, verdict);
    const pattern = schema.get('pattern');
    if (typeof pattern === 'string' && !this.#finds(pattern, value)) verdict.fail('this does not match the pattern');
  }

  #checkSize(schema: Table, what: 'Length' | 'Items' | 'Properties', size: number, verdict: Verdict): void {
    const [least, most] = [schema.get(`min${what}`), schema.get(`max${what}`)];
    if (isNumber(least) && size < least) verdict.fail(`this is shorter than ${least}`);
    if (isNumber(most) && size > most) verdict.fail(`this is longer than ${most}`);
  }

  #checkNumber(schema: Table, value: number | bigint, verdict: Verdict): void {
    const [lowest, highest, above, below, step] = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].map((name) => schema.get(name));
    if (isNumber(lowest) && compareNumbers(value, lowest) < (above === true ? 1 : 0)) verdict.fail(`this is below ${lowest}, or equal where it must be above`);
    if (isNumber(highest) && compareNumbers(value, highest) > (below === true ? -1 : 0)) verdict.fail(`this is above ${highest}, or equal where it must be below`);
    if (isNumber(above) && compareNumbers(value, above) <= 0) verdict.fail(`this is not above ${above}`);
    if (isNumber(below) && compareNumbers(value, below) >= 0) verdict.fail(`this is not below ${below}`);
    if (isNumber(step) && !isMultiple(value, step)) verdict.fail(`this is no multiple of ${step}`);
  }

  #checkAlternatives(schema: Table, value: TableItem, verdict: Verdict, active: readonly Table[]): void {
    const check = (one: Schema): Verdict => this.#check(one, value, verdict.at, active);
    const [not, condition] = [schemaOf(schema.get('not')), schemaOf(this.#get(schema, 'if', 7))];
    if (not !== undefined && check(not).problems.length === 0) verdict.fail('this is what the schema says it must not be');
    for (const one of schemasOf(schema.get('allOf'))) verdict.add(check(one));
    for (const [name, isEnough] of [['anyOf', (count: number) => count > 0], ['oneOf', (count: number) => count === 1]] as const) {
      const all = schemasOf(schema.get(name)).map(check);
      const fitting = all.filter(({ problems }) => problems.length === 0);
      if (all.length > 0 && !isEnough(fitting.length)) verdict.fail(`this fits ${fitting.length} of the ${all.length} schemas of ${name}`);
      for (const one of fitting) verdict.add(one);
    }
    if (condition === undefined) return;
    const decided = check(condition);
    if (decided.problems.length === 0) verdict.add(decided);
    const next = schemaOf(schema.get(decided.problems.length === 0 ? 'then' : 'else'));
    if (next !== undefined) verdict.add(check(next));
  }

  /** What no schema before it has spoken of. */
  #checkUnevaluated(schema: Table, value: TableItem, verdict: Verdict): void {
    const [keys, indexes] = [schemaOf(schema.get('unevaluatedProperties')), schemaOf(schema.get('unevaluatedItems'))];
    if (keys !== undefined && isTable(value)) {
      for (const [key, item] of value) if (!verdict.keys.has(key)) verdict.addInner(this.#check(keys, item, `${verdict.at}/${pointerStep(key)}`, []));
      for (const key of value.keys()) verdict.keys.add(key);
    }
    if (indexes !== undefined && Array.isArray(value)) {
      for (const [index, item] of value.entries()) if (!verdict.indexes.has(index)) verdict.addInner(this.#check(indexes, item, `${verdict.at}/${index}`, []));
      for (const index of value.keys()) verdict.indexes.add(index);
    }
  }
}

function schemaOf(value: TableItem | undefined): Schema | undefined {
  return typeof value === 'boolean' || isTable(value) ? value : undefined;
}

function schemasOf(value: TableItem | undefined): readonly Schema[] {
  return Array.isArray(value) ? value.map(schemaOf).filter((one) => one !== undefined) : [];
}

function namesOf(value: TableItem | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
