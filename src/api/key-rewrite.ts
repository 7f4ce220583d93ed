import { z } from 'zod';
import { supportedOf } from './known-values.ts';

/** One step in which the keys of an extracted object are renamed, or the object itself is made of those within. */
export type KeyRewrite =
  /** As Go's Regexp.ReplaceAllString: `target` may refer to groups of `source`. */
  | { readonly kind: 'regexp'; readonly source: string; readonly target: string }
  /** A Go template that is given the key as `.value`. */
  | { readonly kind: 'transform'; readonly template: string }
  | ({ readonly kind: 'merge' } & MergeStep);

/** Merges the JSON objects that all values are. */
export interface MergeStep {
  /** The key that the merged JSON object is kept under beside the others, for the strategy `JSON`. */
  readonly into: string;
  /** Keys whose objects win over the others, the last of them most. */
  readonly priority: readonly string[];
  /** What it means that a key of `priority` is not there. */
  readonly priorityPolicy: 'Strict' | 'IgnoreNotFound';
  /** What it means that two objects have the same key. */
  readonly conflictPolicy: 'Error' | 'Ignore';
  /** `Extract`: the merged object takes the place of all. */
  readonly strategy: 'Extract' | 'JSON';
}

/** Longer ones are for no key. */
const longestPattern = 1_024;

const regexp = z.strictObject({
  source: z
    .string()
    .refine(({ length }) => length <= longestPattern, `must have at most ${longestPattern} characters`)
    .describe('RE2 pattern; each of its matches in a key is replaced.'),
  target: z.string().describe('What stands in place of a match; $1 and ${name} are groups of it.'),
});

const transform = z.strictObject({
  template: z.string().describe('Go template of the new key; the old one is its .value.'),
});

/** The two steps that rename keys, for fields that know no others. */
export { regexp as regexpRewrite, transform as transformRewrite };

const merge = z
  .strictObject({
    into: z.string().exactOptional().describe('Key for the merged object; for the strategy JSON, where it is required.'),
    priority: z.array(z.string()).exactOptional().describe('Keys whose objects win, the last of them most.'),
    priorityPolicy: supportedOf(['Strict', 'IgnoreNotFound'], ['IgnoreNotFound', 'Strict']).exactOptional().describe('Whether a key of priority that is not there is an error; Strict where absent: it is.'),
    conflictPolicy: supportedOf(['Error', 'Ignore'], ['Ignore', 'Error']).exactOptional().describe('Whether a key that two objects have is an error; Error where absent.'),
    strategy: supportedOf(['Extract', 'JSON'], ['Extract', 'JSON']).exactOptional().describe('Extract where absent: the merged object takes the place of all; JSON: it is kept under one key.'),
  })
  .transform(({ into = '', priority = [], priorityPolicy = 'Strict', conflictPolicy = 'Error', strategy = 'Extract' }): MergeStep => ({ into, priority, priorityPolicy, conflictPolicy, strategy }))
  .refine(({ into, strategy }) => strategy === 'Extract' || into !== '', { path: ['into'], message: 'is required for the strategy JSON' });

/** One entry of `dataFrom[].rewrite`. Whether a pattern can be compiled is found out where that may take its time, as with templates. */
const keyRewrite = z
  .strictObject({
    regexp: regexp.exactOptional().describe('Replaces what matches a pattern.'),
    transform: transform.exactOptional().describe('Renders the new key by a template.'),
    merge: merge.exactOptional().describe('Merges the JSON objects that the values are.'),
  })
  .transform((step, context): KeyRewrite => {
    const steps: KeyRewrite[] = [];
    if (step.regexp !== undefined) steps.push({ kind: 'regexp', ...step.regexp });
    if (step.transform !== undefined) steps.push({ kind: 'transform', ...step.transform });
    if (step.merge !== undefined) steps.push({ kind: 'merge', ...step.merge });
    const [only, ...others] = steps;
    if (only !== undefined && others.length === 0) return only;
    context.addIssue({ code: 'custom', message: 'must have one of regexp, transform and merge, and only one of them' });
    return z.NEVER;
  });

/** Each is a request to the renderer of its own. */
export const mostSteps = 32;

/** `dataFrom[].rewrite`. */
export const keyRewrites = z.array(keyRewrite).refine(({ length }) => length <= mostSteps, `must have at most ${mostSteps} entries`);
