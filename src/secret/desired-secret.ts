import type { ExternalSecret } from '../api/external-secret.ts';
import { externalSecretKind } from '../api/external-secret.ts';
import { createdByLabel, dataHashAnnotation, externalSecretsApiVersion, managedLabel, provenanceAnnotation } from '../api/names.ts';
import type { OwnerReference } from '../api/object.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { secretFieldManager } from './field-manager.ts';
import { isLeftAlone, keptMetadata } from './kept-metadata.ts';
import type { LiveSecret } from './live-secret.ts';
import { dataHash, textHash } from './object-hash.ts';
import { targetName } from './provides.ts';
import { writtenBy } from './written-fields.ts';

/** A Secret as an ExternalSecret wants it. What others put into its metadata is not part of it. */
export interface DesiredSecret {
  readonly namespace: string;
  readonly name: string;
  /** Absent: whatever type it has; Opaque when it is created. */
  readonly type?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Those that must be there; others' stay. */
  readonly finalizers: readonly string[];
  /** Whose it is, or was under another policy. */
  readonly owner: OwnerReference;
  /** Whether it goes with its owner: `owner` and `createdBy` stand in it then, and otherwise do not. */
  readonly isOwned: boolean;
  /** What the created-by label says of one that is owned. */
  readonly createdBy: string;
  /** What others put into its data stays. */
  readonly isMerged: boolean;
  readonly immutable: boolean;
  /** The field manager under which it is written. */
  readonly manager: string;
  readonly data: ReadonlyMap<string, SecretBytes>;
  /** Hash of `data`; also stands in an annotation. */
  readonly dataHash: string;
}

/** The value of the created-by label. */
export function createdBy({ metadata }: Pick<ExternalSecret, 'metadata'>): string {
  return textHash(`${metadata.namespace}/${metadata.name}`);
}

/** The owner reference through which the garbage collector removes the Secret after its ExternalSecret. */
export function ownerReference({ metadata }: Pick<ExternalSecret, 'metadata'>): OwnerReference {
  return {
    apiVersion: externalSecretsApiVersion,
    kind: externalSecretKind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** What of a Secret is made of values: read from the provider, and rendered where the ExternalSecret has templates. */
export interface SecretContent {
  readonly data: ReadonlyMap<string, SecretBytes>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The content where there is no template: the data as it was read, and the ExternalSecret's own metadata. */
export function plainContent({ metadata }: Pick<ExternalSecret, 'metadata'>, data: ReadonlyMap<string, SecretBytes>): SecretContent {
  return { data, labels: keptMetadata(metadata.labels), annotations: keptMetadata(metadata.annotations) };
}

/**
 * Joins what is declared with what was read and rendered.
 * @param provenance of each key, as it is noted in an annotation
 */
export function desiredSecret(externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>, { data, labels, annotations }: SecretContent, provenance?: string): DesiredSecret {
  const { metadata, spec } = externalSecret;
  const isOwned = spec.creationPolicy === 'Owner';
  const by = createdBy(externalSecret);
  const notes = provenance === undefined ? {} : { [provenanceAnnotation]: provenance };
  return withData(
    {
      namespace: metadata.namespace ?? '',
      name: targetName(externalSecret),
      ...(spec.template?.type === undefined ? {} : { type: spec.template.type }),
      labels: { ...labels, [managedLabel]: 'true', ...(isOwned ? { [createdByLabel]: by } : {}) },
      annotations: { ...annotations, ...notes },
      finalizers: spec.template?.finalizers ?? [],
      owner: ownerReference(externalSecret),
      isOwned,
      createdBy: by,
      isMerged: isMergePolicy(spec),
      immutable: spec.immutable,
      manager: secretFieldManager(metadata.name),
    },
    data,
  );
}

/** Whether a Secret may be somebody else's, whose keys stay beside ours. */
export function isMergePolicy({ creationPolicy }: Pick<ExternalSecret['spec'], 'creationPolicy'>): boolean {
  return creationPolicy === 'Merge' || creationPolicy === 'CreateOrMerge';
}

/** The Secret as it is wanted within a live one of others: its keys stay, but for those that we wrote before. */
export function mergedSecret(desired: DesiredSecret, live: LiveSecret, values: ReadonlyMap<string, SecretBytes>): DesiredSecret {
  const { keys } = writtenBy(desired.manager, live.written);
  return withData(desired, new Map([...[...values].filter(([key]) => !keys.includes(key)), ...desired.data]));
}

/**
 * A live Secret as it is wanted where its values are not to change: what is owed to the policies is brought up to date, and no more.
 * @param values of the Secret; without them the result tells whether there is anything to do, and cannot be written
 */
export function keptSecret(externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>, live: LiveSecret, values: DesiredSecret['data'] = new Map()): DesiredSecret {
  const written = writtenBy(secretFieldManager(externalSecret.metadata.name), live.written);
  const kept = (names: readonly string[], record: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name) && !isLeftAlone(name)));
  const { type: _live, ...desired } = desiredSecret(externalSecret, { data: values, labels: kept(written.labels, live.metadata.labels), annotations: kept(written.annotations, live.metadata.annotations) });
  return { ...desired, annotations: { ...desired.annotations, [dataHashAnnotation]: live.dataHash }, dataHash: live.dataHash };
}

function withData(desired: Omit<DesiredSecret, 'data' | 'dataHash'>, data: DesiredSecret['data']): DesiredSecret {
  const hash = dataHash(new Map([...data].map(([key, value]) => [key, value.reveal()])));
  return { ...desired, annotations: { ...desired.annotations, [dataHashAnnotation]: hash }, data, dataHash: hash };
}
