import type { ListNode } from '../../../../template/parse/node.ts';
import type { ParsedTemplate } from '../../../../template/parse/parse-template.ts';
import { isEmpty } from '../../../../template/parse/tree-set.ts';

/** What Helm calls the template that holds all others, and every text that `tpl` is given. */
export const namespaceName = 'gotpl';

/** The templates of all charts of a release by their names, which they share. */
export class TemplateNamespace {
  readonly #definitions: Map<string, ListNode>;
  readonly #origins: Map<string, ParsedTemplate>;

  constructor(definitions: ReadonlyMap<string, ListNode> = new Map(), origins: ReadonlyMap<string, ParsedTemplate> = new Map()) {
    this.#definitions = new Map(definitions);
    this.#origins = new Map(origins);
  }

  /** The same templates, to which others can be added. */
  copy(): TemplateNamespace {
    return new TemplateNamespace(this.#definitions, this.#origins);
  }

  /** Adds what a text defines. Later definitions win, save empty ones. */
  add(parsed: ParsedTemplate): void {
    for (const [name, root] of parsed.definitions) {
      if (this.#definitions.has(name) && isEmpty(root)) continue;
      this.#definitions.set(name, root);
      this.#origins.set(name, parsed);
    }
  }

  has(name: string): boolean {
    return this.#definitions.has(name);
  }

  /** A template that can be executed, and invokes all others. */
  template(name: string): ParsedTemplate {
    return { name, source: '', definitions: this.#definitions, origins: this.#origins };
  }

  /** As `template`, of a text that may be empty, and then defines nothing. */
  own(parsed: ParsedTemplate): ParsedTemplate {
    const root = parsed.definitions.get(parsed.name);
    if (root === undefined || this.#definitions.get(parsed.name) === root) return this.template(parsed.name);
    return { ...parsed, definitions: new Map([...this.#definitions, [parsed.name, root]]), origins: new Map([...this.#origins, [parsed.name, parsed]]) };
  }
}
