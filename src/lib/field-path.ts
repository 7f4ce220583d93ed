/** A path into an object, step by step: field names, map keys and list indices. */
export type FieldPath = readonly (string | number)[];

const step = /\.?([^.[\]]+)|\[([^\]]*)\]/gy;

/**
 * Reads a path as Kubernetes prints it: `spec.data[0].remoteRef.key`, `metadata.annotations[a/b]`.
 * Digits in brackets are list indices; a map whose key is all digits is found nevertheless, because
 * lookups in maps compare the step's text.
 */
export function parseFieldPath(text: string): FieldPath {
  const steps: (string | number)[] = [];
  for (const match of text.matchAll(step)) {
    const inBrackets = match[2];
    if (inBrackets === undefined) steps.push(match[1] ?? '');
    else steps.push(/^\d{1,9}$/.test(inBrackets) ? Number(inBrackets) : inBrackets);
  }
  return steps;
}
