import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../api/object.ts';
import { sealedSecretAnnotations, sealedSecretKind, sealedSecretsApiVersion, type SealedSecret } from '../../api/sealed-secret.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { type LiveSecret, liveSecret, secretValues } from '../../secret/live-secret.ts';
import { writtenBy } from '../../secret/written-fields.ts';
import type { UnsealedContent } from './unseal.ts';

/** Under this name Secrets are written. */
export const sealedFieldManager = 'prelude-sealed-secrets';
/** What Sealed Secrets' own controller is called in managedFields: what it wrote before a takeover is ours to take back. */
const predecessor = 'controller';

/** How a Secret that is there already is dealt with. */
export type Hold = 'replace' | 'patch';

/** The Secret that a SealedSecret is about, with its values for as long as it is looked at. */
export interface WholeSecret {
  readonly live: LiveSecret;
  readonly values: ReadonlyMap<string, SecretBytes>;
}

/** Takes a Secret apart. */
export function wholeSecret(object: KubeObject): WholeSecret {
  return { live: liveSecret(object), values: secretValues(object) };
}

/**
 * What may be done to a live Secret; undefined: nothing. It is ours where this SealedSecret controls it, where its annotations offer it,
 * and where we made it without an owner because the template says so.
 */
export function holdOf({ metadata, written }: LiveSecret, { metadata: { uid }, spec }: SealedSecret): Hold | undefined {
  const { managed, patch, skipOwner } = sealedSecretAnnotations;
  const says = (name: string): boolean => metadata.annotations?.[name] === 'true';
  if (says(patch)) return 'patch';
  const controller = (metadata.ownerReferences ?? []).find((owner) => owner.controller === true);
  if (says(managed) || controller?.uid === uid) return 'replace';
  const isOwnWork = controller === undefined && spec.template.annotations[skipOwner] === 'true' && writtenBy(sealedFieldManager, written).made;
  return isOwnWork ? 'replace' : undefined;
}

/** Whether a live Secret is to have an owner: who only adds to a Secret of others does not take it. */
function isOwned({ metadata }: LiveSecret, content: Pick<UnsealedContent, 'isOwned'>, hold: Hold): boolean {
  return content.isOwned && (hold === 'replace' || metadata.annotations?.[sealedSecretAnnotations.managed] === 'true');
}

function ownerOf({ metadata }: SealedSecret): OwnerReference {
  return { apiVersion: sealedSecretsApiVersion, kind: sealedSecretKind, name: metadata.name, uid: metadata.uid ?? '', controller: true };
}

/** The Secret as it is sent for the first time. */
export function newTarget(sealedSecret: SealedSecret, content: UnsealedContent): KubeObject {
  const { namespace, name } = sealedSecret.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...(namespace === undefined ? {} : { namespace }),
      name,
      ...(isEmpty(content.labels) ? {} : { labels: content.labels }),
      ...(isEmpty(content.annotations) ? {} : { annotations: content.annotations }),
      ...(content.finalizers.length === 0 ? {} : { finalizers: content.finalizers }),
      ...(content.isOwned ? { ownerReferences: [ownerOf(sealedSecret)] } : {}),
    },
    type: content.type ?? 'Opaque',
    ...(content.immutable ? { immutable: true } : {}),
    data: encoded(content.data),
  };
}

/** What differs between a live Secret and what it is to be. */
export interface TargetUpdate {
  /** As it replaces the live one; carries resourceVersion and uid. */
  readonly object: KubeObject;
  readonly changesData: boolean;
}

/** The live Secret brought in line; undefined where it is so already. Labels, annotations and owners of others stay. */
export function updatedTarget({ live, values }: WholeSecret, sealedSecret: SealedSecret, content: UnsealedContent, hold: Hold): TargetUpdate | undefined {
  const data = hold === 'patch' ? new Map([...values, ...content.data]) : content.data;
  const metadata = updatedMetadata(live, sealedSecret, content, hold);
  const changesData = !isSameData(values, data);
  if (!changesData && isDeepStrictEqual(comparable(metadata), comparable(live.metadata))) return undefined;
  return { changesData, object: { apiVersion: 'v1', kind: 'Secret', metadata, type: live.type, ...(live.immutable ? { immutable: true } : {}), data: encoded(data) } };
}

type Described = Pick<UnsealedContent, 'labels' | 'annotations' | 'finalizers' | 'isOwned'>;

/** Whether the metadata of a live Secret is as the template has it. */
export function isMetadataRight(live: LiveSecret, sealedSecret: SealedSecret, content: Described, hold: Hold): boolean {
  return isDeepStrictEqual(comparable(updatedMetadata(live, sealedSecret, content, hold)), comparable(live.metadata));
}

function updatedMetadata(live: LiveSecret, sealedSecret: SealedSecret, content: Described, hold: Hold): ObjectMeta {
  const { metadata } = live;
  const owned = isOwned(live, content, hold);
  const { managed } = sealedSecretAnnotations;
  const stale = hold === 'patch' ? { labels: [], annotations: [] } : staleNames(live, sealedSecret);
  // once taken, the offer is over
  const taken = owned && hold === 'replace' ? [managed] : [];
  const missing = metadata.deletionTimestamp === undefined ? content.finalizers.filter((name) => metadata.finalizers?.includes(name) !== true) : [];
  return {
    ...metadata,
    labels: { ...without(stale.labels, metadata.labels), ...content.labels },
    annotations: { ...without([...stale.annotations, ...taken], metadata.annotations), ...content.annotations },
    ...(missing.length === 0 ? {} : { finalizers: [...(metadata.finalizers ?? []), ...missing] }),
    ownerReferences: ownersOf(metadata, ownerOf(sealedSecret), owned),
  };
}

/** What we, or Sealed Secrets before us, wrote: what of it is no longer wanted goes. Of a Secret that is taken over nothing was written by us. */
function staleNames({ metadata, written }: LiveSecret, sealedSecret: SealedSecret): { readonly labels: readonly string[]; readonly annotations: readonly string[] } {
  const ours = writtenBy(sealedFieldManager, written);
  const isPredecessors = metadata.ownerReferences?.some(({ uid }) => uid === sealedSecret.metadata.uid) === true;
  const theirs = isPredecessors ? writtenBy(predecessor, written) : { labels: [], annotations: [] };
  return { labels: [...ours.labels, ...theirs.labels], annotations: [...ours.annotations, ...theirs.annotations] };
}

function ownersOf({ ownerReferences = [] }: ObjectMeta, own: OwnerReference, owned: boolean): readonly OwnerReference[] {
  const isOwn = (owner: OwnerReference): boolean => owner.uid === own.uid || (owner.kind === own.kind && owner.name === own.name && owner.apiVersion.startsWith('bitnami.com/'));
  if (!owned) return ownerReferences.filter((owner) => owner.uid !== own.uid);
  // there is one controller at the most: whoever offers a Secret gives it away
  return ownerReferences.some((owner) => isDeepStrictEqual({ ...owner }, own)) ? ownerReferences : [...ownerReferences.filter((owner) => !isOwn(owner) && owner.controller !== true), own];
}

function comparable({ labels = {}, annotations = {}, finalizers = [], ownerReferences = [] }: ObjectMeta): unknown {
  return [{ ...labels }, { ...annotations }, finalizers, ownerReferences];
}

function without(names: readonly string[], record: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

function isSameData(a: ReadonlyMap<string, SecretBytes>, b: ReadonlyMap<string, SecretBytes>): boolean {
  return a.size === b.size && [...b].every(([name, value]) => a.get(name)?.equals(value) === true);
}

function encoded(data: ReadonlyMap<string, SecretBytes>): Readonly<Record<string, string>> {
  return Object.fromEntries([...data].map(([name, value]) => [name, Buffer.from(value.reveal()).toString('base64')]));
}
