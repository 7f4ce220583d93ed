import type { ObjectMeta } from '../../api/object.ts';
import { keyOf, type KubeObject } from '../../api/object.ts';
import { type ParsedObject, parsedObject } from '../../api/parsed-object.ts';
import { parseSealedSecret, sealedSecretAnnotations, type SealedSecret, type UnsealRecord } from '../../api/sealed-secret.ts';
import type { Informer } from '../../kube/informer.ts';
import type { KeyRing } from '../../seal/key-ring.ts';
import type { SealingKey } from '../../seal/sealing-key.ts';
import { inputsOf, isProven } from './unseal-record.ts';
import type { UnsealMemory } from './unseal-memory.ts';

export type SealedSecretEntry = ParsedObject<SealedSecret>;

/** What is kept of every Secret: never a value. Whose it is, and enough to see that it has changed. */
export interface TargetHead {
  /** `uid/resourceVersion`. */
  readonly version: string;
  /** Of the object that controls it. */
  readonly controller?: string;
  readonly managed: boolean;
  readonly patch: boolean;
}

export interface SealedSecretCaches {
  readonly sealedSecrets: Informer<SealedSecretEntry>;
  /** All Secrets, by their metadata: a target may be anybody's. */
  readonly targets: Informer<TargetHead>;
}

/** The keys as they are now. */
export interface SealingKeys {
  /** Opens with all keys that are active. */
  readonly ring: () => KeyRing;
  /** The one that seals; undefined while there is none. */
  readonly current: () => SealingKey | undefined;
  /** Calls back when keys have come or gone; answers how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Everything a decision is made from. */
export interface Observed {
  readonly entry: SealedSecretEntry;
  readonly target: TargetHead | undefined;
  /** Of what is to be unsealed; empty where it does not parse. */
  readonly inputs: string;
  /** What was unsealed last: proven, and of these very inputs. */
  readonly record: UnsealRecord | undefined;
}

export interface ObserveOptions {
  readonly caches: SealedSecretCaches;
  readonly keys: SealingKeys;
  readonly memory: UnsealMemory;
}

/** Projects a SealedSecret for the cache. */
export function sealedSecretEntry(object: KubeObject): SealedSecretEntry {
  return parsedObject(object, parseSealedSecret);
}

/** Projects a Secret, of which the metadata is enough. */
export function targetHead({ metadata }: Pick<KubeObject, 'metadata'>): TargetHead {
  const { managed, patch } = sealedSecretAnnotations;
  const controller = controllerOf(metadata);
  return { version: versionOf(metadata), ...(controller === undefined ? {} : { controller }), managed: metadata.annotations?.[managed] === 'true', patch: metadata.annotations?.[patch] === 'true' };
}

/** `uid/resourceVersion`. */
export function versionOf({ uid = '', resourceVersion = '' }: ObjectMeta): string {
  return `${uid}/${resourceVersion}`;
}

function controllerOf({ ownerReferences = [] }: ObjectMeta): string | undefined {
  return ownerReferences.find(({ controller }) => controller === true)?.uid;
}

/** Looks at everything that is known of one SealedSecret. Opens nothing, and asks nobody. */
export function observe(entry: SealedSecretEntry, { caches, keys, memory }: ObserveOptions): Observed {
  const { parsed } = entry;
  const target = caches.targets.get(keyOf(entry));
  if (!parsed.ok) return { entry, target, inputs: '', record: undefined };
  const inputs = inputsOf(parsed.value);
  const remembered = memory.record(entry.metadata.uid ?? '');
  const record = [remembered, parsed.value.status.unsealed].find((candidate) => candidate !== undefined && isProven(candidate, inputs, keys.ring().keys));
  return { entry, target, inputs, record };
}
