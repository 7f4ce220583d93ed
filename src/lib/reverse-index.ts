const none: ReadonlySet<string> = new Set();

/** Finds the items that refer to a term, e.g. the ExternalSecrets that use a store. */
export class ReverseIndex {
  readonly #terms = new Map<string, readonly string[]>();
  readonly #items = new Map<string, Set<string>>();

  /** Replaces the terms of an item; an empty list removes it. */
  set(item: string, terms: readonly string[]): void {
    for (const term of this.#terms.get(item) ?? []) this.#drop(term, item);
    if (terms.length === 0) {
      this.#terms.delete(item);
      return;
    }
    this.#terms.set(item, terms);
    for (const term of terms) {
      const items = this.#items.get(term) ?? new Set();
      items.add(item);
      this.#items.set(term, items);
    }
  }

  /** The items of a term, in the order in which they came. */
  itemsOf(term: string): ReadonlySet<string> {
    return this.#items.get(term) ?? none;
  }

  /** The terms of an item, as they were set. */
  termsOf(item: string): readonly string[] {
    return this.#terms.get(item) ?? [];
  }

  #drop(term: string, item: string): void {
    const items = this.#items.get(term);
    items?.delete(item);
    if (items?.size === 0) this.#items.delete(term);
  }
}
