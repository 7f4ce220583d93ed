import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { FindQuery, FoundValue, ProviderClient, ReadResult, RemotePlace, RemoteRef, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { FakeConfig } from './config.ts';
import { validationResult } from './config.ts';
import type { PushedValues } from './pushed-values.ts';

/** No call goes anywhere, so a batch may be as long as it likes. */
const batchSize = 1000;

/** A client that holds what its own configuration says, and what was pushed to the same store: nothing is shared between stores. */
export function createFakeClient(config: FakeConfig, pushed: PushedValues): ProviderClient {
  const values = new FakeValues(config, pushed);
  return {
    batchSize,
    read: answering((refs: readonly RemoteRef[]) => refs.map((ref) => values.read(ref))),
    find: answering((query: FindQuery) => values.find(query)),
    write: answering((write: RemoteWrite) => failing(() => values.write(write))),
    remove: answering((place: RemotePlace) => failing(() => values.remove(place))),
    validate: async () => {
      if (config.validationResult === validationResult.error) {
        throw new ProviderError('invalid', `spec.provider.fake.validationResult is ${validationResult.error}: the store says that it does not work`);
      }
      return config.validationResult === validationResult.unknown ? 'unknown' : 'valid';
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

class FakeValues {
  readonly #config: FakeConfig;
  readonly #pushed: PushedValues;
  /** The last of equal entries counts, as upstream has it. */
  readonly #own: ReadonlyMap<string, string>;

  constructor(config: FakeConfig, pushed: PushedValues) {
    this.#config = config;
    this.#pushed = pushed;
    this.#own = new Map(config.data.map(({ key, version, value }) => [entryKey(key, version), value]));
  }

  read({ key, version, metadata }: RemoteRef): ReadResult {
    if (metadata === true) return { kind: 'error', error: new ProviderError('unsupported', 'metadataPolicy: a fake store has no metadata') };
    const own = this.#own.get(entryKey(key, version));
    const value = own === undefined ? (version === undefined ? this.#pushed.get(key) : undefined) : SecretBytes.fromUtf8(own);
    if (value === undefined) return { kind: 'absent' };
    return { kind: 'value', value, ...(version === undefined ? {} : { version }) };
  }

  /** Of several versions of a key the greatest counts, by the order of their text, as upstream has it. */
  find({ path = '', name, tags }: FindQuery): readonly FoundValue[] {
    if (tags !== undefined) throw new ProviderError('unsupported', 'find.tags: the values of a fake store have no tags');
    const found = new Map<string, FoundValue>([...this.#pushed.entries()].map(([key, value]) => [key, { key, value }]));
    const ordered = this.#config.data.toSorted((a, b) => ((a.version ?? '') < (b.version ?? '') ? -1 : 1));
    for (const { key, value, version } of ordered) found.set(key, { key, value: SecretBytes.fromUtf8(value), ...(version === undefined ? {} : { version }) });
    return [...found.values()].filter(({ key }) => key.startsWith(path) && (name?.matches(key) ?? true));
  }

  write({ remoteKey, property, value, updatePolicy }: RemoteWrite): WriteResult {
    const own = this.#own.get(entryKey(remoteKey, undefined));
    const there = own === undefined ? this.#pushed.get(remoteKey) : SecretBytes.fromUtf8(own);
    if (updatePolicy === 'IfNotExists' && there !== undefined && (property === undefined || hasMember(there, property))) return { kind: 'unchanged' };
    if (own !== undefined) throw notOurs(remoteKey);
    const after = property === undefined ? value : setMember(there, property, value);
    if (there?.equals(after) === true) return { kind: 'unchanged' };
    this.#pushed.set(remoteKey, after);
    return { kind: 'written' };
  }

  remove({ remoteKey, property }: RemotePlace): RemoveResult {
    if (this.#own.has(entryKey(remoteKey, undefined))) throw notOurs(remoteKey);
    const there = this.#pushed.get(remoteKey);
    const after = there === undefined ? 'same' : property === undefined ? undefined : removeMember(there, property);
    if (after === 'same') return { kind: 'absent' };
    if (after === undefined) this.#pushed.delete(remoteKey);
    else this.#pushed.set(remoteKey, after);
    return { kind: 'removed' };
  }
}

function notOurs(key: string): ProviderError {
  return new ProviderError('invalid', `${JSON.stringify(key)} stands in the store itself and was not pushed: it is neither overwritten nor removed`);
}

function entryKey(key: string, version: string | undefined): string {
  return JSON.stringify([key, version ?? '']);
}

/** Nothing here waits; a signal that is aborted already is heeded. */
function answering<Q, A>(answer: (question: Q) => A): (question: Q, signal: AbortSignal) => Promise<A> {
  return async (question, signal) => {
    signal.throwIfAborted();
    return answer(question);
  };
}

function failing<R>(act: () => R): R | { readonly kind: 'error'; readonly error: ProviderError } {
  try {
    return act();
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'error', error };
    throw error;
  }
}
