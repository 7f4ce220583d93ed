import type { PushRule } from '../../api/push-secret-spec.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { quoteKey } from '../quote-key.ts';

type Strategy = PushRule['conversionStrategy'];

/** How the conversion `Unicode` writes a character that a key of a Secret cannot have. */
const escaped = /_U([0-9a-fA-F]{4,5})_/g;

/** A key as it was before the conversion `Unicode`. */
export function reverseKey(strategy: Strategy, key: string): string {
  return strategy === 'None' ? key : key.replace(escaped, (_match, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)).toWellFormed());
}

export type Reversed = { readonly ok: true; readonly data: ReadonlyMap<string, SecretBytes> } | { readonly ok: false; readonly message: string };

/** The values of a Secret under the keys that they had before the conversion `Unicode`. */
export function reverseKeys(strategy: Strategy, data: ReadonlyMap<string, SecretBytes>): Reversed {
  if (strategy === 'None') return { ok: true, data };
  const reversed = new Map<string, SecretBytes>();
  for (const [key, value] of data) {
    const name = reverseKey(strategy, key);
    if (reversed.has(name)) return { ok: false, message: `could not apply conversion strategy to keys: two keys of the Secret become ${quoteKey(name)}` };
    reversed.set(name, value);
  }
  return { ok: true, data: reversed };
}
