import { ChartError } from '../../load/chart-error.ts';
import { isTable, type Table, type TableItem } from '../table.ts';
import { checkKeyword, type IsPattern, isSchema } from './check-keyword.ts';
import { type Draft, draftOf, latestDraft } from './draft.ts';
import { keywordKind, schemasIn } from './keywords.ts';

export type Schema = boolean | Table;

/** What a schema is called that has no `$id`. */
const ownUrl = 'file:///values.schema.json';

/**
 * A values.schema.json with all of its schemas checked, and its references ready to follow. Nothing is ever fetched.
 */
export class SchemaDocument {
  readonly root: Schema;
  readonly draft: Draft;
  readonly #isPattern: IsPattern;
  /** The URL that references in a schema are relative to. */
  readonly #bases = new Map<Table, string>();
  readonly #resources = new Map<string, Schema>();
  /** By URL with fragment. */
  readonly #anchors = new Map<string, Schema>();
  /** Where references lead that were followed before, by the URL that they are relative to. */
  readonly #targets = new Map<string, Map<string, Schema>>();

  /** @throws ChartError for what is no schema, with the place */
  constructor(document: TableItem, isPattern: IsPattern) {
    this.#isPattern = isPattern;
    this.draft = readDraft(document);
    this.#resources.set(ownUrl, isSchema(document, this.draft, '#') ? document : refuse('#', 'there must be a schema'));
    this.root = this.#walk(document, ownUrl, '#');
  }

  /** The schema that a reference in another leads to. @throws ChartError where it leads nowhere, or out of the document */
  resolve(from: Table, reference: string): Schema {
    const base = this.#bases.get(from) ?? ownUrl;
    const known = this.#targets.get(base) ?? new Map<string, Schema>();
    this.#targets.set(base, known);
    const target = known.get(reference) ?? this.#follow(base, reference);
    known.set(reference, target);
    return target;
  }

  #follow(base: string, reference: string): Schema {
    const url = this.#url(reference, base);
    const { href: whole, hash } = url;
    const resource = hash === '' ? whole.replace(/#$/, '') : whole.slice(0, -hash.length);
    const found = this.#resources.get(resource);
    if (found === undefined) return elsewhere(url, reference);
    const fragment = decodeURIComponent(hash.slice(1));
    if (fragment === '') return found;
    if (!fragment.startsWith('/')) return this.#anchors.get(`${resource}#${fragment}`) ?? refuse(reference, 'there is no such anchor');
    return this.#pointed(found, fragment, { resource, reference });
  }

  /** Checks a schema and all within it. What was checked already is not again. */
  #walk(schema: TableItem, base: string, place: string): Schema {
    if (!isSchema(schema, this.draft, place)) return refuse(place, 'there must be a schema');
    if (!isTable(schema) || this.#bases.has(schema)) return schema;
    const own = this.#register(schema, base, place);
    for (const [name, value] of schema) {
      const kind = keywordKind(name, this.draft);
      if (kind === undefined) continue;
      const at = `${place}/${name}`;
      checkKeyword(kind, value, { place: at, draft: this.draft, isPattern: this.#isPattern });
      for (const [inner, item] of schemasIn(kind, value, at)) this.#walk(item, own, inner);
    }
    return schema;
  }

  /** References that lead nowhere are errors even where no value comes to them, but not in definitions that nothing refers to. @throws ChartError */
  checkReferences(): void {
    const seen = new Set<Schema>();
    const open: TableItem[] = [this.root];
    for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
      if (!isTable(schema) || seen.has(schema)) continue;
      seen.add(schema);
      const target = schema.get('$ref');
      if (typeof target === 'string') open.push(this.resolve(schema, target));
      if (typeof target !== 'string' || this.draft >= 2019) open.push(...this.#reached(schema));
    }
  }

  #reached(schema: Table): readonly TableItem[] {
    return Array.from(schema).flatMap(([name, value]) => {
      const kind = keywordKind(name, this.draft);
      if (kind === undefined || name === 'definitions' || name === '$defs' || name === 'contentSchema') return [];
      if ((name === '$recursiveRef' || name === '$dynamicRef') && typeof value === 'string') return [this.resolve(schema, value)];
      return schemasIn(kind, value, '').map(([, inner]) => inner);
    });
  }

  /** @returns the URL that the schema's own references are relative to */
  #register(schema: Table, base: string, place: string): string {
    const id = schema.get(this.draft === 4 ? 'id' : '$id');
    // beside a reference, old drafts see nothing
    const [path = '', fragment = ''] = typeof id === 'string' && (this.draft >= 2019 || !schema.has('$ref')) ? id.split('#', 2) : [];
    const own = path === '' ? base : this.#url(path, base).href;
    this.#bases.set(schema, own);
    if (path !== '') {
      if (this.#resources.has(own)) return refuse(place, 'there is another schema with the same $id');
      this.#resources.set(own, schema);
      if (place !== '#') this.#checkEmbedded(schema, place);
    }
    const anchors = this.draft >= 2019 ? [schema.get('$anchor'), this.draft >= 2020 ? schema.get('$dynamicAnchor') : undefined] : [fragment];
    for (const anchor of anchors) {
      if (typeof anchor !== 'string' || anchor === '' || anchor.startsWith('/')) continue;
      const known = this.#anchors.get(`${own}#${anchor}`);
      if (known !== undefined && known !== schema) return refuse(place, 'there is another schema with the same anchor');
      this.#anchors.set(`${own}#${anchor}`, schema);
    }
    return own;
  }

  /** A schema within another that stands for itself may be of another draft, and what refers to it may depend on who asks. */
  #checkEmbedded(schema: Table, place: string): void {
    const draft = schema.get('$schema');
    if (typeof draft === 'string' && draftOf(draft) !== this.draft) refuse(place, 'a schema within another must be of the same draft; others are not supported');
    if (schema.has('$dynamicAnchor') || schema.has('$recursiveAnchor')) refuse(place, '$dynamicAnchor and $recursiveAnchor are not supported in a schema with an $id of its own');
  }

  #pointed(root: Schema, pointer: string, { resource, reference }: { readonly resource: string; readonly reference: string }): Schema {
    let at: TableItem | undefined = root;
    for (const step of pointer.slice(1).split('/')) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      at = isTable(at) ? at.get(key) : Array.isArray(at) && /^(0|[1-9]\d{0,8})$/.test(key) ? at[Number(key)] : undefined;
    }
    if (at === undefined) return refuse(reference, 'there is nothing at the place that this refers to');
    return this.#walk(at, resource, reference);
  }

  #url(reference: string, base: string): URL {
    try {
      return new URL(reference, base);
    } catch {
      return refuse(reference, 'this is no URL');
    }
  }
}

function readDraft(document: TableItem): Draft {
  const named = isTable(document) ? document.get('$schema') : undefined;
  if (typeof named !== 'string') return latestDraft;
  return draftOf(named) ?? refuse('#/$schema', `${named} is no draft of JSON Schema that is known, and none is fetched`);
}

/** Helm takes any value for one that a URN describes, and fetches what any other URL names. */
function elsewhere(url: URL, reference: string): Schema {
  if (url.protocol === 'urn:') return true;
  throw new ChartError(`the schema refers to ${reference}, which is not in values.schema.json and is not fetched; copy it into $defs`);
}

function refuse(place: string, problem: string): never {
  throw new ChartError(`the schema is wrong at ${place}: ${problem}`);
}
