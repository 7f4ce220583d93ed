import type { TableItem } from '../table.ts';
import { isTable } from '../table.ts';
import type { Draft } from './draft.ts';

/** What the value of a keyword must be. */
export type KeywordKind =
  | 'schema'
  | 'schemas'
  | 'schemaMap'
  /** A schema, or a list of them before 2020-12. */
  | 'items'
  /** A map of schemas and lists of names. */
  | 'dependencies'
  | 'patternMap'
  | 'text'
  | 'pattern'
  | 'names'
  | 'namesMap'
  | 'number'
  | 'positive'
  /** A number; in draft 4 a boolean that says how another is meant. */
  | 'exclusive'
  | 'count'
  | 'flag'
  | 'list'
  | 'enum'
  | 'type';

interface Keyword {
  readonly kind: KeywordKind;
  readonly since: Draft;
}

function group(since: Draft, kind: KeywordKind, names: string): readonly (readonly [string, Keyword])[] {
  return names.split(' ').map((name) => [name, { kind, since }] as const);
}

/** The keywords of all drafts. What is not among them says nothing: charts put hints for forms into their schemas. */
const keywords: ReadonlyMap<string, Keyword> = new Map([
  ...group(4, 'schema', 'not additionalItems additionalProperties'),
  ...group(6, 'schema', 'contains propertyNames'),
  ...group(7, 'schema', 'if then else'),
  ...group(2019, 'schema', 'unevaluatedProperties unevaluatedItems contentSchema'),
  ...group(4, 'schemas', 'allOf anyOf oneOf'),
  ...group(2020, 'schemas', 'prefixItems'),
  ...group(4, 'schemaMap', 'properties definitions'),
  ...group(2019, 'schemaMap', '$defs dependentSchemas'),
  ...group(4, 'patternMap', 'patternProperties'),
  ...group(4, 'items', 'items'),
  ...group(4, 'dependencies', 'dependencies'),
  ...group(4, 'text', '$schema $ref title description format'),
  ...group(6, 'text', '$id'),
  ...group(7, 'text', '$comment contentEncoding contentMediaType'),
  ...group(2019, 'text', '$anchor $recursiveRef'),
  ...group(2020, 'text', '$dynamicRef $dynamicAnchor'),
  ...group(4, 'pattern', 'pattern'),
  ...group(4, 'names', 'required'),
  ...group(2019, 'namesMap', 'dependentRequired'),
  ...group(4, 'number', 'minimum maximum'),
  ...group(4, 'positive', 'multipleOf'),
  ...group(4, 'exclusive', 'exclusiveMinimum exclusiveMaximum'),
  ...group(4, 'count', 'minLength maxLength minItems maxItems minProperties maxProperties'),
  ...group(2019, 'count', 'minContains maxContains'),
  ...group(4, 'flag', 'uniqueItems'),
  ...group(7, 'flag', 'readOnly writeOnly'),
  ...group(2019, 'flag', 'deprecated $recursiveAnchor'),
  ...group(6, 'list', 'examples'),
  ...group(4, 'enum', 'enum'),
  ...group(4, 'type', 'type'),
]);

/** Undefined for what a draft does not know. */
export function keywordKind(name: string, draft: Draft): KeywordKind | undefined {
  const keyword = keywords.get(name);
  return keyword === undefined || keyword.since > draft ? undefined : keyword.kind;
}

/** The schemas within the value of a keyword, each with its place. */
export function schemasIn(kind: KeywordKind, value: TableItem, place: string): readonly (readonly [place: string, schema: TableItem])[] {
  switch (kind) {
    case 'schema':
      return [[place, value]];
    case 'schemas':
      return listed(value, place);
    case 'items':
      return Array.isArray(value) ? listed(value, place) : [[place, value]];
    case 'schemaMap':
    case 'patternMap':
      return mapped(value, place);
    case 'dependencies':
      return mapped(value, place).filter(([, item]) => !Array.isArray(item));
    default:
      return [];
  }
}

function listed(value: TableItem, place: string): readonly (readonly [string, TableItem])[] {
  return Array.isArray(value) ? value.map((item, index) => [`${place}/${index}`, item] as const) : [];
}

function mapped(value: TableItem, place: string): readonly (readonly [string, TableItem])[] {
  return isTable(value) ? Array.from(value, ([key, item]) => [`${place}/${pointerStep(key)}`, item] as const) : [];
}

/** A key as a JSON pointer has it. */
export function pointerStep(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
