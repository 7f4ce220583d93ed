import { RE2JS, RE2JSSyntaxException } from 're2js';
import { FunctionError } from '../template-error.ts';
import { fromText, runeError, runes, toText } from '../value/byte-string.ts';
import type { Meter } from '../value/value.ts';
import { PatternError } from './pattern-error.ts';
import type { ReadPattern } from './read-pattern.ts';
import { readPattern, unknownMark } from './read-pattern.ts';

/** The longest pattern, in bytes. */
const longest = 16_384;
/** The most instructions: a host name takes two hundred, `[a-z]{1000}` two thousand. */
const mostInstructions = 10_000;
/** The most ranges of characters. */
const mostRanges = 200_000;

/** What the patterns in the cache may have in instructions. */
const cacheSize = 40_000;

/** A pattern, ready to search with. */
export interface CompiledPattern {
  readonly engine: RE2JS;
  /** Numbers of the groups by their names. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
}

const cache = new Map<string, CompiledPattern>();
let cached = 0;

/**
 * Compiles a pattern, or takes it from the cache.
 * @param pattern a byte string
 * @throws PatternError where it is malformed; FunctionError where it is too large, which Go would take
 */
export function compilePattern(pattern: string, meter: Meter): CompiledPattern {
  const known = cache.get(pattern);
  if (known !== undefined) {
    // the last used are the last to go
    cache.delete(pattern);
    cache.set(pattern, known);
    return known;
  }
  if (pattern.length > longest) throw new FunctionError(`the regular expression is longer than ${longest} bytes`);
  const read = readPattern(textOf(pattern));
  if (read.instructions > mostInstructions || read.weight > mostRanges) throw new FunctionError('the regular expression is too large');
  meter.step(10 + pattern.length + read.instructions * 30 + read.weight * 5);
  meter.allocate(read.instructions * 200);
  const compiled = { engine: compile(read, pattern), groups: read.groups };
  keep(pattern, compiled);
  return compiled;
}

function textOf(pattern: string): string {
  for (const { rune, size, index } of runes(pattern)) {
    if (rune === runeError && size === 1) throw new PatternError('invalid UTF-8', pattern.slice(index));
  }
  return toText(pattern);
}

function compile({ source }: ReadPattern, pattern: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    // some errors are of the whole pattern, of which the engine saw another form; some name no part of it
    const fragment = (error.getPattern() ?? '').replaceAll(unknownMark, '');
    throw new PatternError(error.getDescription(), fragment === source ? pattern : fromText(fragment));
  }
}

function keep(pattern: string, compiled: CompiledPattern): void {
  cache.set(pattern, compiled);
  cached += compiled.engine.programSize();
  for (const [oldest, other] of cache) {
    if (cached <= cacheSize) return;
    cache.delete(oldest);
    cached -= other.engine.programSize();
  }
}
