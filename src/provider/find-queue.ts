import { sleep } from '../lib/sleep.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ClientCallsOptions } from './client-calls.ts';
import { ClientCalls } from './client-calls.ts';
import type { FindQuery, FoundValue, ProviderClient } from './contract.ts';
import { heldBytes } from './member-bytes.ts';
import { ProviderError } from './provider-error.ts';
import type { ReadLimits } from './read-limits.ts';

export interface FindQueueOptions extends ClientCallsOptions {
  readonly client: Pick<ProviderClient, 'find'>;
  readonly limits: ReadLimits;
}

/** One query that waits for its call, and for whom. */
interface Waiting {
  readonly controller: AbortController;
  readonly found: Promise<readonly FoundValue[]>;
  askers: number;
}

/** How many times as much as the largest value all values of one find may have: more than any Secret can be made of. */
const mostFound = 16;
const abandoned = new ProviderError('unavailable', 'nobody waits for the call any more');

/**
 * All finding under one identity. Equal queries that wait at the same time are one call; one that has begun answers nobody who asks
 * afterwards, as with reads.
 */
export class FindQueue {
  readonly #options: FindQueueOptions;
  readonly #calls: ClientCalls;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: FindQueueOptions) {
    this.#options = options;
    this.#calls = new ClientCalls('find', options);
  }

  /** @throws ProviderError: `unsupported` where the provider cannot find; the signal's reason */
  async find(query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
    const { client, provider } = this.#options;
    if (client.find === undefined) throw new ProviderError('unsupported', `dataFrom.find: provider "${provider}" cannot search`);
    const key = canonicalJson({ path: query.path, name: query.name?.source, tags: query.tags });
    const waiting = this.#waiting.get(key) ?? this.#start(key, query);
    waiting.askers += 1;
    try {
      return await untilAborted(waiting.found, signal);
    } finally {
      waiting.askers -= 1;
      if (waiting.askers === 0) {
        this.#begun(key, waiting);
        waiting.controller.abort(abandoned);
      }
    }
  }

  #start(key: string, query: FindQuery): Waiting {
    const { client, clock, limits } = this.#options;
    const controller = new AbortController();
    const ask = async (): Promise<readonly FoundValue[]> => {
      await sleep(clock, limits.window, controller.signal);
      const act = async (signal: AbortSignal): Promise<readonly FoundValue[]> => {
        this.#begun(key, waiting);
        return check(await client.find?.(query, signal), limits.largestValue);
      };
      return this.#calls.run({ act, deadline: limits.findDeadline }, controller.signal);
    };
    const waiting: Waiting = { controller, found: ask(), askers: 0 };
    // whoever asked hears of a failure; one that comes when all have gone is nobody's
    waiting.found.catch(() => {});
    this.#waiting.set(key, waiting);
    return waiting;
  }

  #begun(key: string, waiting: Waiting): void {
    if (this.#waiting.get(key) === waiting) this.#waiting.delete(key);
  }
}

/** @throws ProviderError for an answer that makes no sense, or holds more than any Secret could */
function check(found: readonly FoundValue[] | undefined, largest: number): readonly FoundValue[] {
  if (!Array.isArray(found)) throw new ProviderError('unavailable', 'the provider gave no list of what it found');
  const MiB = largest / 1024 / 1024;
  let total = 0;
  for (const { key, value } of found) {
    const size = heldBytes(value);
    if (size > largest) throw new ProviderError('invalid', `the value of ${JSON.stringify(key)} has ${size} bytes; a Kubernetes Secret holds at most ${MiB} MiB`);
    total += size;
  }
  if (total > mostFound * largest) throw new ProviderError('invalid', `the values found have ${total} bytes; narrow the search: a Kubernetes Secret holds at most ${MiB} MiB`);
  return found;
}
