import type { ValuePolicies } from '../api/external-secret-spec.ts';

const refused = /[^\p{L}\p{N}\-._]/gu;

/** A provider's key as a Secret's key: each other character becomes `_`, or by the strategy `Unicode` its code, as `_U002f_`. */
export function convertKey(key: string, strategy: ValuePolicies['conversionStrategy']): string {
  return key.replace(refused, (character) => (strategy === 'Default' ? '_' : `_U${codeOf(character)}_`));
}

/** At least four digits, as Go's `%04x`. */
function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
}
