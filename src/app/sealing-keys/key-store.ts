import type { SealingKeys } from '../../controllers/sealed-secret/observe.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { KeyRing } from '../../seal/key-ring.ts';
import type { SealingKey } from '../../seal/sealing-key.ts';
import { inSealingOrder, type KeyOrder } from './key-policy.ts';
import { type KeySecret, keySecret, sealingKeyLabel, type StoredKey } from './key-secret.ts';

/** Active keys of a namespace: an informer of its own, because their private halves are kept nowhere else. */
export function activeKeyInformer(namespace: string): InformerOptions<KeySecret> {
  return { type: secretType, selection: { namespace, labelSelector: `${sealingKeyLabel}=active` }, project: keySecret };
}

/** The first versions kept their one key in a Secret of just this name, without a label. */
export function legacyKeyInformer(namespace: string, prefix: string): InformerOptions<KeySecret> {
  return {
    type: secretType,
    selection: { namespace, fieldSelector: `metadata.name=${prefix}` },
    project: (object) => (object.metadata.labels?.[sealingKeyLabel] === undefined ? keySecret(object) : undefined),
  };
}

export interface KeyStoreOptions {
  readonly informers: readonly Informer<KeySecret>[];
  readonly order: KeyOrder;
  readonly clock: Clock;
  readonly log: Log;
}

/** The keys of an installation, followed as their Secrets come, change and go. */
export interface KeyStore extends SealingKeys {
  /** The one that seals first. */
  readonly stored: () => readonly StoredKey[];
  /** Names of all Secrets that were looked at for a key: those that hold none, or the same one, too. */
  readonly seen: () => ReadonlySet<string>;
  /** RSA operations so far. */
  readonly operations: () => number;
  readonly stop: () => void;
}

/** Keeps a ring of the keys that are active. One that is relabelled or removed opens nothing from then on; a malformed one is told of and left out. */
export function createKeyStore({ informers, order, clock, log }: KeyStoreOptions): KeyStore {
  const listeners = new Set<() => void>();
  let stored: readonly StoredKey[] = [];
  let ring = new KeyRing<SealingKey>([]);
  let operationsBefore = 0;

  const take = (): void => {
    const found = informers.flatMap((informer) => [...informer.values()]).flatMap((one) => (one.kind === 'key' ? [one] : []));
    // the same key in two Secrets is one key
    const unique = [...new Map(inSealingOrder(found, order, clock.now()).toReversed().map((one) => [one.key.certificate.fingerprint, one])).values()];
    stored = inSealingOrder(unique, order, clock.now());
    const [before, after] = [fingerprints(ring.keys), fingerprints(stored.map(({ key }) => key))];
    if (before === after) return;
    operationsBefore += ring.operations;
    ring = new KeyRing(stored.map(({ key }) => key));
    log.info({ keys: stored.length, sealsWith: stored[0]?.name ?? 'none' }, 'the sealing keys have changed');
    for (const listener of [...listeners]) listener();
  };
  const stops = informers.map((informer) =>
    informer.subscribe(({ current }) => {
      if (current?.kind === 'malformed') log.warn({ secret: current.name, problem: current.problem }, 'a sealing key cannot be read and is left out');
      take();
    }),
  );
  return {
    ring: () => ring,
    current: () => inSealingOrder(stored, order, clock.now())[0]?.key,
    stored: () => inSealingOrder(stored, order, clock.now()),
    seen: () => new Set(informers.flatMap((informer) => [...informer.values()].map(({ name }) => name))),
    operations: () => operationsBefore + ring.operations,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

function fingerprints(keys: readonly { readonly certificate: { readonly fingerprint: string } }[]): string {
  return keys.map(({ certificate }) => certificate.fingerprint).join();
}
