import type { KubeObject, ObjectMeta } from './object.ts';
import type { Parsed } from './schema.ts';

/** What a cache keeps of an object: parsed once, with what is needed to write its status, and without the rest. */
export interface ParsedObject<T> {
  readonly apiVersion: string;
  readonly kind: string;
  /** Without managedFields. */
  readonly metadata: ObjectMeta;
  /** As it stands, to be compared with before it is written. */
  readonly status?: unknown;
  readonly parsed: Parsed<T>;
}

/** Parses an object for a cache. */
export function parsedObject<T>(object: KubeObject, parseObject: (object: KubeObject) => Parsed<T>): ParsedObject<T> {
  const { managedFields: _dropped, ...metadata } = object.metadata;
  const { apiVersion, kind } = object;
  return { apiVersion, kind, metadata, status: object['status'], parsed: parseObject({ ...object, metadata }) };
}
