import type { FoundValue, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** More than any Secret can be made of, in bytes; what is found is kept in memory until then. */
const mostBytes = 16 * 1024 * 1024;

/** What a search has found. Too much of it is an error, and never only a part of it. */
export class FoundValues {
  readonly #found: FoundValue[] = [];
  #bytes = 0;

  /** @throws ProviderError `invalid` where it has become too much */
  add(found: FoundValue): void {
    this.#found.push(found);
    this.#bytes += found.value.size;
    if (this.#bytes > mostBytes) throw new ProviderError('invalid', `what was found has more than ${mostBytes / 1024 / 1024} MiB; narrow the search`);
  }

  get all(): readonly FoundValue[] {
    return this.#found;
  }
}

/**
 * Adds the values of what was found by name. One that has gone since was not found; one that cannot be read fails the search: a part of what
 * there is would look like the rest of it were gone.
 * @throws ProviderError
 */
export async function addByName(names: readonly string[], { found, batchSize, read }: AddByName): Promise<void> {
  for (let from = 0; from < names.length; from += batchSize) {
    const batch = names.slice(from, from + batchSize);
    const results = await read(batch.map((key) => ({ key })));
    for (const [index, key] of batch.entries()) {
      const result = results[index];
      if (result?.kind === 'error') throw result.error;
      if (result?.kind === 'value') found.add({ key, value: result.value, ...(result.version === undefined ? {} : { version: result.version }) });
    }
  }
}

export interface AddByName {
  readonly found: FoundValues;
  readonly batchSize: number;
  readonly read: (refs: readonly RemoteRef[]) => Promise<readonly ReadResult[]>;
}
