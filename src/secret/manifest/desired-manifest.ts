import type { CreationPolicy, ExternalSecretSpec } from '../../api/external-secret-spec.ts';
import type { ExternalSecret } from '../../api/external-secret.ts';
import { createdByLabel, dataHashAnnotation, managedLabel } from '../../api/names.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../api/object.ts';
import { createdBy, isMergePolicy, ownerReference } from '../desired-secret.ts';
import { isSameOwner } from '../drift.ts';
import { secretFieldManager } from '../field-manager.ts';
import { ownershipOf, ownershipProblem } from '../ownership.ts';
import { targetName } from '../provides.ts';
import type { ManifestContent } from './compose-manifest.ts';
import { isMarked, manifestFields } from './live-manifest.ts';
import { isMadeBy } from './made-by.ts';
import type { ManifestFields } from './manifest-hash.ts';
import { manifestHash } from './manifest-hash.ts';
import { covers, isMap, overlay } from './set-field.ts';

/** An object that is no Secret as an ExternalSecret wants it. What others put into its metadata is not part of it. */
export interface DesiredManifest {
  readonly kind: NonNullable<ExternalSecretSpec['manifest']>;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Those that must be there; others' stay. */
  readonly finalizers: readonly string[];
  readonly fields: ManifestFields;
  readonly owner: OwnerReference;
  /** Whether it goes with its ExternalSecret. */
  readonly isOwned: boolean;
  /** Whether fields of others stay beside ours. */
  readonly isMerged: boolean;
  /** Once it is there its fields stay as they are. */
  readonly isFixed: boolean;
}

/** Joins what is declared with what was read and rendered. */
export function desiredManifest(externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>, kind: DesiredManifest['kind'], { fields, labels, annotations }: ManifestContent): DesiredManifest {
  const { metadata, spec } = externalSecret;
  const isOwned = spec.creationPolicy === 'Owner';
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: targetName(externalSecret),
    labels: { ...labels, [managedLabel]: 'true', ...(isOwned ? { [createdByLabel]: createdBy(externalSecret) } : {}) },
    annotations,
    finalizers: spec.template?.finalizers ?? [],
    fields,
    owner: ownerReference(externalSecret),
    isOwned,
    isMerged: isMergePolicy(spec),
    isFixed: spec.immutable,
  };
}

/** The object as it is sent to the API server for the first time. */
export function newManifest({ kind, namespace, name, labels, annotations, finalizers, fields, owner, isOwned }: DesiredManifest): KubeObject {
  return {
    ...fields,
    ...kind,
    metadata: {
      namespace,
      name,
      labels,
      annotations: { ...annotations, [dataHashAnnotation]: manifestHash(fields) },
      ...(finalizers.length === 0 ? {} : { finalizers }),
      ...(isOwned ? { ownerReferences: [owner] } : {}),
    },
  };
}

/**
 * The object as it replaces the live one: others' labels, annotations, owners and finalizers stay. Under a policy that merges so do their
 * fields; else the fields are ours alone. Carries resourceVersion and uid, so that a newer or another object is left alone.
 */
export function updatedManifest(live: KubeObject, desired: DesiredManifest): KubeObject {
  const { managedFields: _dropped, ...metadata } = live.metadata;
  const fields = wantedFields(live, desired);
  const { [createdByLabel]: _owner, ...labels } = metadata.labels ?? {};
  const missing = desired.finalizers.filter((name) => metadata.deletionTimestamp === undefined && metadata.finalizers?.includes(name) !== true);
  return {
    ...fields,
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: {
      ...metadata,
      labels: { ...labels, ...desired.labels },
      annotations: { ...metadata.annotations, ...desired.annotations, [dataHashAnnotation]: manifestHash(fields) },
      ...(missing.length === 0 ? {} : { finalizers: [...(metadata.finalizers ?? []), ...missing] }),
      ...ownersOf(metadata, desired),
    },
    ...(live['status'] === undefined ? {} : { status: live['status'] }),
  };
}

function wantedFields(live: KubeObject, { fields, isMerged, isFixed }: DesiredManifest): ManifestFields {
  if (isFixed) return manifestFields(live);
  const joined = overlay(manifestFields(live), fields);
  return isMerged && isMap(joined) ? joined : fields;
}

/** Without any earlier entry for the same object, be it under an old uid; none where there were none and are to be none. */
function ownersOf({ ownerReferences }: ObjectMeta, { owner, isOwned }: DesiredManifest): Pick<ObjectMeta, 'ownerReferences'> {
  const others = (ownerReferences ?? []).filter((entry) => !isSameOwner(entry, owner));
  if (isOwned) return { ownerReferences: [...others, owner] };
  return ownerReferences === undefined ? {} : { ownerReferences: others };
}

/**
 * What differs from what is wanted, by name. What an API server adds to a spec by itself is no difference; a ConfigMap's data has to be
 * just what is wanted, unless it is merged with that of others.
 */
export function manifestDrift(live: KubeObject, desired: DesiredManifest): readonly string[] {
  const { labels = {}, annotations = {}, ownerReferences = [], finalizers = [], deletionTimestamp } = live.metadata;
  const hash = manifestHash(wantedFields(live, desired));
  const isOwner = ownerReferences.some(({ uid, controller }) => uid === desired.owner.uid && controller === true);
  const hasOldOwner = !desired.isOwned && (ownerReferences.some((entry) => isSameOwner(entry, desired.owner)) || labels[createdByLabel] !== undefined);
  return [
    ...(desired.isFixed ? [] : Object.entries(desired.fields).flatMap(([name, value]) => (isFieldRight(live[name], value, name, desired) ? [] : [name]))),
    ...Object.entries(desired.labels).flatMap(([name, value]) => (labels[name] === value ? [] : [`label ${name}`])),
    ...Object.entries({ ...desired.annotations, [dataHashAnnotation]: hash }).flatMap(([name, value]) => (annotations[name] === value ? [] : [`annotation ${name}`])),
    ...desired.finalizers.flatMap((name) => (finalizers.includes(name) || deletionTimestamp !== undefined ? [] : [`finalizer ${name}`])),
    ...((desired.isOwned && !isOwner) || hasOldOwner ? ['owner reference'] : []),
  ];
}

function isFieldRight(live: unknown, wanted: unknown, name: string, { isMerged }: DesiredManifest): boolean {
  return covers(live, wanted) && (isMerged || name !== 'data' || covers(wanted, live));
}

/** Under which External Secrets writes what is no Secret, whichever ExternalSecret it is for. */
const upstreamManager = 'external-secrets';

/** Why an object may not be written for an ExternalSecret; undefined where it may. */
export function manifestProblem(live: Pick<KubeObject, 'kind' | 'metadata'>, externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>): string | undefined {
  const { creationPolicy } = externalSecret.spec;
  // what it was last is what a takeover finds: an object that was made for nobody to own
  const makers = creationPolicy === 'Orphan' && isMarked(live) ? [upstreamManager] : [];
  return problemOf(live, externalSecret, creationPolicy, makers);
}

/** Why an object may not be deleted for an ExternalSecret; undefined where it may. Whatever the policy, it has to be its own work. */
export function deletionProblem(live: Pick<KubeObject, 'kind' | 'metadata'>, externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>): string | undefined {
  return problemOf(live, externalSecret, 'Owner', []);
}

function problemOf({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>, externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>, policy: CreationPolicy, makers: readonly string[]): string | undefined {
  // what is written in a Secret tells whose it is in another way than in an object of any kind
  const owned = { metadata, written: [] };
  const isOurWork = (): boolean => isMadeBy([secretFieldManager(externalSecret.metadata.name), ...makers], metadata.managedFields);
  if (ownershipOf(owned, externalSecret).kind === 'foreign' && isOurWork()) return undefined;
  return ownershipProblem(policy, metadata.name, owned, externalSecret, kind);
}
