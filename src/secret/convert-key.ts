const refused = /[^\p{L}\p{N}\-._]/gu;

/** A provider's key as a Secret's key, by the `Default` strategy: each other character becomes `_`. */
export function convertKey(key: string): string {
  return key.replace(refused, '_');
}
