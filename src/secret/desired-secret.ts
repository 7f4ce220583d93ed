import type { ExternalSecret } from '../api/external-secret.ts';
import { externalSecretKind } from '../api/external-secret.ts';
import { createdByLabel, dataHashAnnotation, externalSecretsApiVersion, managedLabel } from '../api/names.ts';
import type { OwnerReference } from '../api/object.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { keptMetadata } from './kept-metadata.ts';
import { dataHash, textHash } from './object-hash.ts';
import { targetName } from './provides.ts';

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
  readonly owner: OwnerReference;
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

/** Joins what is declared with what was read and rendered. */
export function desiredSecret(externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>, { data, labels, annotations }: SecretContent): DesiredSecret {
  const { metadata, spec } = externalSecret;
  const hash = dataHash(new Map([...data].map(([key, value]) => [key, value.reveal()])));
  return {
    namespace: metadata.namespace ?? '',
    name: targetName(externalSecret),
    ...(spec.template?.type === undefined ? {} : { type: spec.template.type }),
    labels: { ...labels, [managedLabel]: 'true', [createdByLabel]: createdBy(externalSecret) },
    annotations: { ...annotations, [dataHashAnnotation]: hash },
    finalizers: spec.template?.finalizers ?? [],
    owner: ownerReference(externalSecret),
    data,
    dataHash: hash,
  };
}
