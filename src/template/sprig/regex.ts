import { canBackquote, quote } from '../format/quote.ts';
import { Regexp, PatternError, quoteMeta } from '../regexp/regexp.ts';
import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, bool, int, meteredFunction, text } from '../value/go-function.ts';
import { stringType, sliceOf } from '../value/go-type.ts';
import type { Meter } from '../value/value.ts';
import { Slice } from '../value/value.ts';

type Compile = (pattern: string, meter: Meter) => Regexp;

const mustCompile: Compile = (pattern, meter) => new Regexp(pattern, meter);

/** Functions of regular expressions. Each stands twice: what both do with a pattern that is malformed differs only in the error's text. */
export const regex: FunctionMap = new Map([
  ['regexMatch', meteredFunction([text, text], bool, (context, pattern, value) => matchesOrNot(pattern, value, context.meter))],
  ['mustRegexMatch', meteredFunction([text, text], bool, ({ meter }, pattern, value) => mustCompile(pattern, meter).matches(value, meter))],
  ...searching('regex', compileOrPanic),
  ...searching('mustRegex', mustCompile),
  ['regexQuoteMeta', meteredFunction([text], text, ({ meter }, value) => quoteMeta(value, meter))],
]);

function searching(prefix: string, compile: Compile) {
  return [
    [`${prefix}Find`, meteredFunction([text, text], text, ({ meter }, pattern, value) => compile(pattern, meter).find(value, meter))],
    [
      `${prefix}FindAll`,
      meteredFunction([text, text, int], any, ({ meter }, pattern, value, limit) => {
        const found = compile(pattern, meter).findAll(value, limit, meter);
        return listOrNil(found, found.length === 0);
      }),
    ],
    [
      `${prefix}Split`,
      meteredFunction([text, text, int], any, ({ meter }, pattern, value, limit) => listOrNil(compile(pattern, meter).split(value, limit, meter), limit === 0)),
    ],
    [
      `${prefix}ReplaceAll`,
      meteredFunction([text, text, text], text, ({ meter }, pattern, value, template) => compile(pattern, meter).replaceAll(value, template, meter)),
    ],
    [
      `${prefix}ReplaceAllLiteral`,
      meteredFunction([text, text, text], text, ({ meter }, pattern, value, other) => compile(pattern, meter).replaceAllLiteral(value, other, meter)),
    ],
  ] as const;
}

/** A malformed pattern matches nothing. */
function matchesOrNot(pattern: string, value: string, meter: Meter): boolean {
  try {
    return mustCompile(pattern, meter).matches(value, meter);
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}

/** Go's regexp.MustCompile, whose panic names the pattern. */
function compileOrPanic(pattern: string, meter: Meter): Regexp {
  try {
    return mustCompile(pattern, meter);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const quoted = canBackquote(pattern) ? `\`${pattern}\`` : quote(pattern);
    throw new FunctionError(error.message, `regexp: Compile(${quoted}): ${error.revealDetail()}`);
  }
}

/** A list of strings; Go's is nil where nothing was found, which is `null` in JSON. */
function listOrNil(items: string[], isNil: boolean): Slice {
  return new Slice(sliceOf(stringType), items, isNil);
}
