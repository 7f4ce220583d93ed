/** A field of an object that templates may write, step by step: `spec.receivers[0].name` is `['spec', 'receivers', 0, 'name']`. */
export type TemplatePath = readonly [string, ...(string | number)[]];

export type ParsedPath = { readonly ok: true; readonly path: TemplatePath } | { readonly ok: false; readonly message: string };

/** A list is filled up with nulls before an index: it must not be possible to ask for millions of them. */
const largestIndex = 10_000;
const mostSteps = 64;

const segment = /^(?<name>[A-Za-z0-9_-]+)(?<indexes>(?:\[\d{1,6}\])*)$/;

/** What says which object it is, whose, and what has become of it: a template that could write this could write any object. */
const reserved: ReadonlySet<string> = new Set(['apiversion', 'kind', 'metadata', 'status']);

/** Names that stand for something else on JavaScript's objects. */
const unusable: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads the path that `templateFrom[].target` holds where the target is no Secret. `Spec` may be written in any case. */
export function parseTemplatePath(text: string): ParsedPath {
  const steps: (string | number)[] = [];
  for (const part of text.split('.')) {
    const { name, indexes = '' } = segment.exec(part)?.groups ?? {};
    if (name === undefined || unusable.has(name)) return refused('must be Data, Annotations, Labels, or a path like spec.receivers[0].name');
    steps.push(name, ...Array.from(indexes.matchAll(/\d+/g), ([digits]) => Number(digits)));
  }
  const [first, ...rest] = steps;
  if (typeof first !== 'string') return refused('must begin with the name of a field');
  if (reserved.has(first.toLowerCase())) return refused(`must not be a part of ${first}: use Annotations or Labels, or target.name`);
  if (steps.length > mostSteps) return refused(`must have at most ${mostSteps} steps`);
  if (steps.some((step) => typeof step === 'number' && step > largestIndex)) return refused(`must have no index above ${largestIndex}`);
  return { ok: true, path: [first.toLowerCase() === 'spec' ? 'spec' : first, ...rest] };
}

function refused(message: string): ParsedPath {
  return { ok: false, message };
}
