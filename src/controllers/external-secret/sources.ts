import type { GeneratorObject } from '../../api/generator.ts';
import { servesGenerator } from '../../api/generator.ts';
import { formatErrors, type Parsed } from '../../api/schema.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { StoreReference } from '../../api/source-reference.ts';
import type { GeneratorHandle } from '../../provider/generator-runner.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { allowedKeysProblem } from '../../secret/allowed-keys.ts';
import { generatorHandle, generatorName, missingGenerator } from '../../secret/generator-handle.ts';
import { textHash } from '../../secret/object-hash.ts';
import { quoteKey } from '../../secret/quote-key.ts';
import type { ReadableStores } from '../../secret/read-values.ts';
import { generatorId, referencesOf, storeId } from '../../secret/references.ts';
import { mayReadKey, mayUseStore, servesStore } from '../../secret/store-access.ts';
import { storeHandle, storeName } from '../../secret/store-handle.ts';
import type { Observed, ObservedGenerator, ObservedStore, StoreEntry } from './observe.ts';
import { stalled, waiting } from './outcomes.ts';

/** Everything that one sync reads from. */
export interface Sources extends ReadableStores {
  /** By `generatorId`. */
  readonly generators: ReadonlyMap<string, GeneratorHandle>;
  /** Another one whenever a store or a generator says something else. */
  readonly provider: string;
}

export type CheckedSources =
  | ({ readonly kind: 'ready' } & Sources)
  /** Some store has no verdict yet, and nothing else is in the way. */
  | { readonly kind: 'unjudged' | 'report'; readonly outcome: Outcome };

type Sourced = Pick<Observed, 'stores' | 'generators'>;

/** Whether all stores and generators that are there are of our class: objects of others' are not ours to speak about. */
export function areServed(controllerClass: string, { stores, generators }: Sourced): boolean {
  return verdictsOf(controllerClass, { stores, generators }).every((isOurs) => isOurs);
}

/**
 * Whether it is for us to say that an object makes no sense: some store or generator that it names is there and ours, and none another's.
 * One that names none has nobody else to say it.
 */
export function isOursToRefuse(controllerClass: string, sourced: Sourced): boolean {
  const verdicts = verdictsOf(controllerClass, sourced);
  const namesNone = sourced.stores.length === 0 && sourced.generators.length === 0;
  return (namesNone || verdicts.length > 0) && verdicts.every((isOurs) => isOurs);
}

/** For each store and generator that is there, and can be read, whether it is of our class. */
function verdictsOf(controllerClass: string, { stores, generators }: Sourced): readonly boolean[] {
  return [
    ...stores.flatMap(({ entry }) => (entry?.parsed.ok === true ? [servesStore(controllerClass, entry.parsed.value)] : [])),
    ...generators.flatMap(({ entry }) => (entry?.parsed.ok === true ? [servesGenerator(controllerClass, entry.parsed.value)] : [])),
  ];
}

/** Whether a right to read is missing: one that was taken away is told at once, not at the next refresh. */
export function isDenied(observed: Observed): boolean {
  return observed.stores.some((store) => store.isRead && store.entry?.parsed.ok === true && denial(observed, store.reference, store.entry.parsed.value) !== undefined);
}

/** What has to hold of stores and generators before anything is read or generated. What is worst is told first. */
export function checkSources(observed: Observed): CheckedSources {
  const stores = observed.stores.filter(({ isRead }) => isRead).map((store) => checkStore(observed, store));
  const generators = observed.generators.map(checkGenerator);
  const obstacles = [...stores, ...generators].filter((one) => one.kind !== 'ready').toSorted((a, b) => severity[a.kind] - severity[b.kind]);
  const [first] = obstacles;
  if (first !== undefined) {
    const same = obstacles.filter(({ kind }) => kind === first.kind).map(({ message }) => message);
    const outcome = (first.kind === 'denied' ? stalled : waiting)(same.join('; '));
    return { kind: first.kind === 'unjudged' ? 'unjudged' : 'report', outcome };
  }
  return { kind: 'ready', ...accessOf(observed), generators: handlesOf(observed), provider: providerOf(observed) ?? '' };
}

/** Told first to last. */
const severity = { denied: 0, blocked: 1, unjudged: 2, ready: 3 } as const;

type Checked = { readonly kind: 'ready' } | { readonly kind: 'denied' | 'blocked' | 'unjudged'; readonly message: string };

function checkStore(observed: Observed, { reference, entry }: ObservedStore): Checked {
  const name = storeName(reference);
  if (entry === undefined) return { kind: 'blocked', message: `${name} does not exist` };
  if (!entry.parsed.ok) return invalid(name, entry.parsed);
  // its verdict may be older: an annotation makes no new generation
  const problem = allowedKeysProblem(entry.metadata);
  if (problem !== undefined) return { kind: 'blocked', message: `${name} is not ready: ${problem}` };
  const message = denial(observed, reference, entry.parsed.value);
  if (message !== undefined) return { kind: 'denied', message };
  const verdict = verdictOf(entry);
  if (verdict === undefined) return { kind: 'unjudged', message: `${name} has not been validated yet` };
  return verdict.ready ? { kind: 'ready' } : { kind: 'blocked', message: `${name} is not ready: ${verdict.message}` };
}

function checkGenerator({ reference, entry }: ObservedGenerator): Checked {
  const name = generatorName(reference);
  if (entry === undefined) return { kind: 'blocked', message: missingGenerator(reference, name) };
  return entry.parsed.ok ? { kind: 'ready' } : invalid(name, entry.parsed);
}

function invalid(name: string, { errors }: Parsed<unknown> & { readonly ok: false }): Checked {
  return { kind: 'blocked', message: `${name} is not valid: ${formatErrors(errors)}` };
}

/** How many refused keys a message names. */
const mostNamed = 5;

/** Why the store may not be used as the ExternalSecret wants to; undefined where it may. */
function denial({ entry, namespace }: Observed, reference: StoreReference, store: SecretStore): string | undefined {
  const name = storeName(reference);
  if (!mayUseStore(store, namespace)) return `using ${name} is not allowed from namespace "${namespace.name}": denied by its spec.conditions`;
  if (!entry.parsed.ok) return undefined;
  const reads = referencesOf(entry.parsed.value.spec).find((one) => storeId(one.store) === storeId(reference));
  const refused = [...new Set((reads?.refs ?? []).flatMap(({ key }) => (mayReadKey(store, namespace.name, key) ? [] : [quoteKey(key)])))];
  if (refused.length === 0) return undefined;
  const more = refused.length > mostNamed ? ` and ${refused.length - mostNamed} more` : '';
  return `${name} does not let namespace "${namespace.name}" read ${refused.slice(0, mostNamed).join(', ')}${more}: denied by its allowed keys`;
}

/** What the store's controller says of this generation of it; undefined before it has said anything. */
export function verdictOf({ metadata, parsed }: StoreEntry): { readonly ready: boolean; readonly message: string } | undefined {
  const ready = parsed.ok ? parsed.value.status.conditions.find(({ type }) => type === 'Ready') : undefined;
  if (ready === undefined || (ready.observedGeneration !== undefined && ready.observedGeneration !== metadata.generation)) return undefined;
  return { ready: ready.status === 'True', message: ready.message };
}

function accessOf({ stores, namespace }: Observed): ReadableStores {
  const parsed = new Map(stores.flatMap(({ reference, entry }) => (entry?.parsed.ok === true ? [[storeId(reference), entry.parsed.value] as const] : [])));
  return {
    stores: new Map([...parsed].map(([id, store]) => [id, storeHandle(store, namespace.name)])),
    mayRead: (reference, key) => {
      const store = parsed.get(storeId(reference));
      return store !== undefined && mayReadKey(store, namespace.name, key);
    },
  };
}

function handlesOf({ generators, namespace }: Observed): Sources['generators'] {
  return new Map(generators.flatMap(({ reference, entry }) => (entry?.parsed.ok === true ? [[generatorId(reference), generatorHandle(reference, entry.parsed.value, namespace.name)] as const] : [])));
}

/** What all stores and generators say, as one text that tells nothing; undefined while one of them says nothing. */
export function providerOf({ stores, generators }: Sourced): string | undefined {
  const made = generators.map(({ entry }) => idOf(entry, generatorFacts));
  const read = stores.filter(({ isRead }) => isRead).map(({ entry }) => idOf(entry, storeFacts));
  return [...made, ...read].every((id) => id !== undefined) ? `${textHash(made.join(' '))}${separator}${textHash(read.join(' '))}` : undefined;
}

const separator = ' ';

/** As much of it as generators say. */
export function generatedPart(provider: string): string {
  return provider.split(separator, 1).join('');
}

const ids = new WeakMap<object, string>();

/** A hash, because a configuration may hold values. Computed once for each version of an object. */
function idOf<T extends object>(entry: { readonly parsed: Parsed<T> } | undefined, facts: (value: T) => unknown): string | undefined {
  if (entry?.parsed.ok !== true) return undefined;
  const known = ids.get(entry.parsed.value);
  if (known !== undefined) return known;
  const id = textHash(JSON.stringify(facts(entry.parsed.value)));
  ids.set(entry.parsed.value, id);
  return id;
}

/** Without the uid: a store or generator that is made anew, and says the same, is no reason to read or rotate anything. */
function storeFacts({ spec }: SecretStore): unknown {
  return [spec.provider];
}

function generatorFacts({ kind, spec }: GeneratorObject): unknown {
  return [kind, spec];
}
