import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { ResourceType } from '../port.ts';
import { apiVersionOf } from '../resource-types.ts';

/** Asks for metadata only. Servers behind an aggregated API may not know the form, and answer whole objects then. */
export const acceptMetadata = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io, application/json';
export const acceptMetadataList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io, application/json';

type JsonMap = Readonly<Record<string, unknown>>;

export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * An answer as an object of the type. Items of a list come without apiVersion and kind, and metadata-only objects with
 * those of PartialObjectMetadata: what the type says is filled in. Where only metadata was asked for, nothing else is kept,
 * whatever the server sent.
 * @throws KubeError `unavailable` where it is no object; the message does not quote it
 */
export function objectOf(type: ResourceType, value: unknown, options: { readonly metadataOnly?: boolean | undefined } = {}): KubeObject {
  if (!isJsonMap(value) || !isMetadata(value['metadata'])) throw new KubeError('unavailable', `the server answered something that is no ${type.kind}`);
  const head = { apiVersion: apiVersionOf(type), kind: type.kind, metadata: value['metadata'] };
  return options.metadataOnly === true ? head : { ...value, ...head };
}

/** What the server writes itself is taken as the API defines it; the name is what everything else hangs on. */
function isMetadata(value: unknown): value is ObjectMeta {
  return isJsonMap(value) && typeof value['name'] === 'string';
}
