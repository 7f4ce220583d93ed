import type { Clock } from '../../src/lib/clock.ts';
import { LruMap } from '../../src/lib/lru-map.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { asProviderError, ProviderError } from '../../src/provider/provider-error.ts';
import { BelievedDenial } from './believed-denial.ts';
import { readingParameter } from './operation.ts';
import type { ParameterStore } from './parameter-store.ts';
import { tagsJson } from './tags.ts';

/** The most names that GetParameters takes. */
export const mostParameters = 10;
/** Single reads side by side within one batch. */
const singlesAtOnce = 5;
/** Names that a batch is not spoiled with, because reading them was denied, or AWS takes them for none. */
const mostSpoilers = 1000;
/** A name, or a path of them, and a version or label. Anything else may be one for AWS still, but alone. */
const plainName = /^[\w.-]{1,1011}(:[\w.-]{1,100})?$|^(\/[\w.-]+){1,15}(:[\w.-]{1,100})?$/;

/**
 * Reads from Parameter Store: what can be read together is, ten to a call. One name that may not be read fails all of a call of
 * GetParameters, so that is read alone from then on, for an hour; where the operation itself is denied, everything is.
 */
export class ParameterReader {
  readonly #store: ParameterStore;
  readonly #clock: Clock;
  readonly #singly: BelievedDenial;
  readonly #spoilers = new LruMap<BelievedDenial>(mostSpoilers);

  constructor({ store, clock }: { readonly store: ParameterStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
    this.#singly = new BelievedDenial(clock);
  }

  /** @param refs at most ten; their keys are names, prefix and all */
  async read(refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
    const wanted = refs.map((ref) => ({ key: ref.key, name: nameOf(ref), metadata: ref.metadata === true }));
    const names = this.#batchOf(wanted.filter(({ metadata }) => !metadata).map(({ name }) => name));
    const { results: together, refusal } = await this.#readTogether(names, signal);
    const turns = createSemaphore(singlesAtOnce);
    const results = await Promise.all(
      wanted.map(async ({ key, name, metadata }): Promise<ReadResult> => {
        if (key === '') return { kind: 'error', error: new ProviderError('invalid', 'the key is empty') };
        if (metadata) return turns.run(() => this.#tags(key, signal), signal);
        return together.get(name) ?? turns.run(() => this.#store.getOne(name, signal), signal);
      }),
    );
    if (refusal) this.#learn(names, new Map(wanted.map(({ name }, index) => [name, results[index]])));
    return results;
  }

  /** Of several versions of a parameter, one: AWS takes a parameter once in a call. */
  #batchOf(names: readonly string[]): readonly string[] {
    const byParameter = new Map<string, string>();
    for (const name of names) {
      const parameter = name.replace(/:.*$/, '');
      if (plainName.test(name) && !byParameter.has(parameter) && this.#spoilers.get(name)?.holds !== true) byParameter.set(parameter, name);
    }
    return [...byParameter.values()];
  }

  async #readTogether(names: readonly string[], signal: AbortSignal): Promise<{ readonly results: ReadonlyMap<string, ReadResult>; readonly refusal: boolean }> {
    if (names.length < 2 || this.#singly.holds) return { results: new Map(), refusal: false };
    try {
      return { results: await this.#store.getMany(names, signal), refusal: false };
    } catch (thrown) {
      signal.throwIfAborted();
      const { meaning, error } = this.#store.failureOf(thrown, readingParameter);
      if (meaning === 'failed') throw error;
      if (meaning === 'unknown-operation') this.#singly.believe();
      // what a proxy refuses without a word of AWS says nothing about names
      return { results: new Map(), refusal: meaning === 'forbidden' || (meaning === 'refused' && error.kind === 'invalid') };
    }
  }

  /** A call for all was refused, and each was read alone: those that were refused, too, are to blame, or else the operation is. */
  #learn(names: readonly string[], alone: ReadonlyMap<string, ReadResult | undefined>): void {
    const refused = names.filter((name) => {
      const result = alone.get(name);
      return result?.kind === 'error' && (result.error.kind === 'denied' || result.error.kind === 'invalid');
    });
    if (refused.length === 0) this.#singly.believe();
    for (const name of refused) {
      const denial = new BelievedDenial(this.#clock);
      denial.believe();
      this.#spoilers.set(name, denial);
    }
  }

  async #tags(name: string, signal: AbortSignal): Promise<ReadResult> {
    try {
      const tags = await this.#store.tags(name, signal);
      return tags === undefined ? { kind: 'absent' } : { kind: 'value', value: tagsJson(tags) };
    } catch (thrown) {
      signal.throwIfAborted();
      return { kind: 'error', error: asProviderError(thrown, 'reading the tags') };
    }
  }
}

/** AWS' notation: `name:3`, `name:label`. */
function nameOf({ key, version = '' }: RemoteRef): string {
  return version === '' ? key : `${key}:${version}`;
}
