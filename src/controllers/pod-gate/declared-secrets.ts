import type { ExternalSecret } from '../../api/external-secret.ts';
import { formatKey, keyOf, type ObjectKey, parseKey } from '../../api/object.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import type { SealedSecret } from '../../api/sealed-secret.ts';
import type { Informer } from '../../kube/informer.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import { type Currency, currencyOf, type SecretView } from '../../secret/currency.ts';
import { fixedKeys, targetName } from '../../secret/provides.ts';
import { sealedCurrencyOf } from '../../secret/sealed-currency.ts';
import { sealedProvides } from '../../secret/sealed-provides.ts';

/** Everything in the cluster that makes Secrets, and says in its status how far it is. */
export interface Declarations {
  readonly externalSecrets: Informer<ParsedObject<ExternalSecret>>;
  readonly sealedSecrets: Informer<ParsedObject<SealedSecret>>;
}

/** An object that makes a Secret. */
export interface Maker {
  /** `ExternalSecret devnet/seed`. */
  readonly name: string;
  /** The keys that it is known to write; others come from its provider. */
  readonly keys: readonly string[];
  /** Whether the Secret is its work, and up to date. */
  readonly currency: (secret: SecretView | undefined) => Currency;
}

/** Which Secrets are made by what. */
export interface DeclaredSecrets {
  readonly makersOf: (secret: Required<ObjectKey>) => readonly Maker[];
  /** Calls back, with `namespace/name`, for a Secret whose makers come, change or go. Answers how to stop that. */
  readonly subscribe: (listener: (secret: string) => void) => () => void;
}

function externalTarget({ parsed }: ParsedObject<ExternalSecret>): string | undefined {
  return parsed.ok && parsed.value.spec.manifest === undefined ? targetName(parsed.value) : undefined;
}

function externalMaker(name: string, { parsed }: ParsedObject<ExternalSecret>): readonly Maker[] {
  if (!parsed.ok) return [];
  const keys = fixedKeys(parsed.value.spec);
  return [{ name, keys: keys === 'dynamic' ? [] : keys, currency: (secret) => currencyOf(parsed.value, secret) }];
}

function sealedTarget({ parsed, metadata }: ParsedObject<SealedSecret>): string | undefined {
  return parsed.ok ? metadata.name : undefined;
}

function sealedMaker(name: string, { parsed }: ParsedObject<SealedSecret>): readonly Maker[] {
  if (!parsed.ok) return [];
  const { keys } = sealedProvides(parsed.value);
  return [{ name, keys: keys === 'dynamic' ? [] : keys, currency: (secret) => sealedCurrencyOf(parsed.value, secret) }];
}

/** Keeps one kind in an index by the Secrets that it makes, so that nothing is searched for a pod. */
function indexed<T extends { readonly metadata: { readonly name: string; readonly namespace?: string } }>(informer: Informer<T>, targetOf: (entry: T) => string | undefined) {
  const index = new ReverseIndex();
  const listeners = new Set<(secret: string) => void>();
  const termOf = (entry: T | undefined): readonly string[] => {
    const name = entry === undefined ? undefined : targetOf(entry);
    return entry === undefined || name === undefined ? [] : [formatKey({ ...keyOf(entry), name })];
  };
  informer.subscribe(({ key, current, previous }) => {
    index.set(formatKey(key), termOf(current));
    for (const secret of new Set([...termOf(previous), ...termOf(current)])) for (const listener of listeners) listener(secret);
  });
  return {
    entriesOf: (secret: Required<ObjectKey>): readonly T[] => [...index.itemsOf(formatKey(secret))].flatMap((key) => informer.get(parseKey(key)) ?? []),
    subscribe: (listener: (secret: string) => void): (() => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Follows the declarations of a cluster. */
export function createDeclaredSecrets({ externalSecrets, sealedSecrets }: Declarations): DeclaredSecrets {
  const [external, sealed] = [indexed(externalSecrets, externalTarget), indexed(sealedSecrets, sealedTarget)];
  return {
    makersOf: (secret) => [
      ...external.entriesOf(secret).flatMap((entry) => externalMaker(`ExternalSecret ${formatKey(keyOf(entry))}`, entry)),
      ...sealed.entriesOf(secret).flatMap((entry) => sealedMaker(`SealedSecret ${formatKey(keyOf(entry))}`, entry)),
    ],
    subscribe: (listener) => {
      const stops = [external.subscribe(listener), sealed.subscribe(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
