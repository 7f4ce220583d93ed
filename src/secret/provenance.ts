import { z } from 'zod';
import type { SecretBytes } from '../lib/secret-bytes.ts';

/** Where the value of one key of a Secret came from. None of it is secret. */
export type KeyOrigin =
  | {
      readonly kind: 'store';
      /** The store's label: `SecretStore ns/name`. */
      readonly store: string;
      /** The name of the value at the provider; several, with commas, where a merge has made one of them. */
      readonly key: string;
      /** The part of the value that was taken. */
      readonly property?: string;
      /** What the provider calls the version that it answered with. */
      readonly version?: string;
    }
  | {
      readonly kind: 'generator';
      /** The generator's label: `Password ns/name`. */
      readonly generator: string;
      /** What the generator calls it. */
      readonly key: string;
    }
  /** Rendered, of any of the values. */
  | { readonly kind: 'template' };

/** Where the value of each key came from. */
export type Provenance = ReadonlyMap<string, KeyOrigin>;

/** A value and where it came from. */
export interface Traced {
  readonly value: SecretBytes;
  readonly origin: KeyOrigin;
}

/** The origin of a member of a value. */
export function originWithin(origin: KeyOrigin, member: string): KeyOrigin {
  if (origin.kind !== 'store') return origin;
  return { ...origin, property: origin.property === undefined ? member : `${origin.property}.${member}` };
}

/** Bytes; all annotations of an object together may have 256 KiB. */
const longest = 32 * 1024;

/** The text of an annotation that tells it. Undefined where it would be too long: the Secret matters more. */
export function encodeProvenance(provenance: Provenance): string | undefined {
  const text = JSON.stringify(Object.fromEntries([...provenance].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  return Buffer.byteLength(text) > longest ? undefined : text;
}

const keyOrigin: z.ZodType<KeyOrigin> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('store'), store: z.string(), key: z.string(), property: z.string().exactOptional(), version: z.string().exactOptional() }),
  z.object({ kind: z.literal('generator'), generator: z.string(), key: z.string() }),
  z.object({ kind: z.literal('template') }),
]);

/** The keys are gone through one by one: a record of zod drops `__proto__`, which may be the key of a Secret. */
const entries = z.array(z.tuple([z.string(), keyOrigin]));

/** What such an annotation tells; undefined where it is not one of ours. */
export function parseProvenance(text: string): Provenance | undefined {
  if (Buffer.byteLength(text) > longest) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parsed = entries.safeParse(Object.entries(value));
  return parsed.success ? new Map(parsed.data) : undefined;
}
