import type { SecretBytes } from '../lib/secret-bytes.ts';

/**
 * How a `property` is looked up in a JSON value.
 * - `path-only`: it is a gjson path.
 * - `literal-first`: where it holds a dot, a key of just that name wins over the path.
 */
export type PropertyLookup = 'literal-first' | 'path-only';
