import { createdByLabel, dataHashAnnotation, managedLabel } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import type { LiveSecret } from '../live-secret.ts';
import { writtenFields } from '../written-fields.ts';
import type { ManifestFields } from './manifest-hash.ts';
import { manifestHash } from './manifest-hash.ts';

/**
 * What is kept of an object that an ExternalSecret writes to and that is no Secret: everything but its values, in the form in which
 * Secrets are kept, so that the same is decided about both.
 */
export function liveManifest(object: KubeObject): LiveSecret {
  const { managedFields, ...metadata } = object.metadata;
  return { metadata, type: object.kind, immutable: object['immutable'] === true, keys: [], dataHash: manifestHash(object), written: writtenFields(managedFields) };
}

/** The fields of an object beside those that say which it is, and what has become of it. */
export function manifestFields(object: KubeObject): ManifestFields {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, status: _status, ...fields } = object;
  return fields;
}

/**
 * Whether an object bears the marks that every controller of ExternalSecrets leaves, and no mark of an owner. They say that one of them
 * has written to it, not that it was made by one: what is merged into bears them too.
 */
export function isMarked({ metadata: { labels = {}, annotations = {} } }: Pick<KubeObject, 'metadata'>): boolean {
  return labels[managedLabel] === 'true' && annotations[dataHashAnnotation] !== undefined && labels[createdByLabel] === undefined;
}
