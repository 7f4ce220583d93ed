/** One thing that is wrong with objects of a kind, and with how many. */
export interface ProblemCount {
  readonly kind: string;
  readonly problem: string;
  readonly count: number;
  /** The first of them, `namespace/name`. */
  readonly examples: readonly string[];
}

/** Objects that are named at most for each problem. */
const mostExamples = 20;

/** Counts objects by what is wrong with them, and keeps the names of the first. */
export class ProblemCounts {
  readonly #entries = new Map<string, { readonly kind: string; readonly problem: string; count: number; readonly examples: string[] }>();

  /** @param problem without anything that differs from object to object, or each is counted on its own */
  add(kind: string, problem: string, example: string): void {
    const id = `${kind}\n${problem}`;
    const entry = this.#entries.get(id) ?? { kind, problem, count: 0, examples: [] };
    this.#entries.set(id, entry);
    entry.count += 1;
    if (entry.examples.length < mostExamples) entry.examples.push(example);
  }

  /** The most frequent first. */
  list(): readonly ProblemCount[] {
    return [...this.#entries.values()].toSorted((a, b) => b.count - a.count || (a.problem < b.problem ? -1 : 1));
  }
}
