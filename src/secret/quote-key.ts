const longestQuote = 64;

/** A key in quotes, for messages; keys come from providers and templates and may be of any length. */
export function quoteKey(key: string): string {
  return key.length <= longestQuote ? JSON.stringify(key) : `${JSON.stringify(key.slice(0, longestQuote))}…`;
}
