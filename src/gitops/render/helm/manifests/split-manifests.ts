/** What begins a line and ends a document. Whatever else stands on that line belongs to the next one: Helm has always let that pass. */
const separator = /(?<=^|\n)---[ \t]*/;

/** Go's unicode.IsSpace, which is not JavaScript's: it has no U+FEFF. */
const leading = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Splits a rendered file into documents, in their order and without those that are empty; those that hold comments alone stay. */
export function splitManifests(text: string): readonly string[] {
  return withoutLeading(text)
    .split(separator)
    .map(withoutLeading)
    .filter((document) => document !== '');
}

function withoutLeading(text: string): string {
  return text.replace(leading, '');
}

/** Go's strings.TrimSpace. */
export function trimSpace(text: string): string {
  let end = text.length;
  // a pattern for the end would be tried at every space of the text
  while (end > 0 && leading.test(text.charAt(end - 1))) end -= 1;
  return withoutLeading(text.slice(0, end));
}
