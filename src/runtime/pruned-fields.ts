/** How many paths are remembered; a schema that drops more than these is not one we were written for. */
const mostPaths = 64;

/**
 * Fields that the live CRD does not know: the API server drops them from what is written. Learned from the answers to
 * writes, so that a dropped field neither looks like a difference for ever nor needs the CRD to be read.
 * Paths are field names joined by dots, `[]` for any item of a list: `conditions[].observedGeneration`.
 */
export class PrunedFields {
  readonly #paths = new Set<string>();
  #known = false;
  #probing: Promise<void> | undefined;

  /**
   * Learns from a dry run, unless something has been learned already; whoever comes meanwhile waits for it. So a restart, or
   * a takeover of thousands of objects that are as they should be, finds out that it has nothing to write without writing.
   * @param dryRun answers what the API server would keep of `sent`; its errors are passed on, and the next one tries again
   */
  async probe(sent: unknown, dryRun: () => Promise<unknown>): Promise<void> {
    while (this.#probing !== undefined) await this.#probing;
    if (this.#known) return;
    const settled = Promise.withResolvers<void>();
    this.#probing = settled.promise;
    try {
      this.learn(sent, await dryRun());
    } finally {
      this.#probing = undefined;
      settled.resolve();
    }
  }

  /** Compares what was sent with what came back. Fields removed by `null` teach nothing. */
  learn(sent: unknown, received: unknown): void {
    this.#known = true;
    this.#compare(sent, received, '');
  }

  /** A copy of `value` without the fields known to be dropped. */
  strip(value: unknown, path = ''): unknown {
    if (this.#paths.size === 0) return value;
    if (Array.isArray(value)) return value.map((item) => this.strip(item, `${path}[]`));
    if (!isRecord(value)) return value;
    const kept = Object.entries(value).filter(([name]) => !this.#paths.has(join(path, name)));
    return Object.fromEntries(kept.map(([name, item]) => [name, this.strip(item, join(path, name))]));
  }

  #compare(sent: unknown, received: unknown, path: string): void {
    if (Array.isArray(sent)) {
      if (!Array.isArray(received) || received.length !== sent.length) return;
      for (const [index, item] of sent.entries()) this.#compare(item, received[index], `${path}[]`);
      return;
    }
    if (!isRecord(sent) || !isRecord(received)) return;
    for (const [name, value] of Object.entries(sent)) {
      if (value === null || value === undefined) continue;
      const field = join(path, name);
      if (Object.hasOwn(received, name)) this.#compare(value, received[name], field);
      else if (this.#paths.size < mostPaths) this.#paths.add(field);
    }
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
