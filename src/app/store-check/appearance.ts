import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { extractMap, type PropertyLookup, selectProperty } from '../../provider/property.ts';
import { ProviderError } from '../../provider/provider-error.ts';

/** What may be told of a value: nothing of it could be used to guess it. */
export interface Appearance {
  readonly bytes: number;
  readonly form: 'JSON object' | 'not a JSON object';
  /** Of an object; their names may be telling, so that only their number is told. */
  readonly properties?: number;
}

/**
 * The looks of a value, or of one of its properties.
 * @returns undefined where it has no such property
 * @throws ProviderError `invalid` where a property is asked of what is not JSON
 */
export function appearanceOf(value: SecretBytes, property: string | undefined, lookup: PropertyLookup): Appearance | undefined {
  const part = property === undefined ? value : selectProperty(value, property, lookup);
  if (part === undefined) return undefined;
  const bytes = part.reveal().length;
  try {
    return { bytes, form: 'JSON object', properties: extractMap(part).size };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { bytes, form: 'not a JSON object' };
  }
}
