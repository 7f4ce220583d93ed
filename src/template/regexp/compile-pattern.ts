import { RE2JS, RE2JSSyntaxException } from 're2js';
import { LruMap } from '../../lib/lru-map.ts';
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

/** About what an instruction and a range take in memory. */
const instructionBytes = 200;
const rangeBytes = 16;
/** What the patterns of a render that are kept may take in memory. */
const mostCachedBytes = 4 * 1024 * 1024;

/** A pattern, ready to search with. */
export interface CompiledPattern {
  readonly engine: RE2JS;
  /** Numbers of the groups by their names. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
  /** About what it takes in memory. */
  readonly bytes: number;
}

/**
 * Patterns by the meter of the render that they belong to. They go when it ends, because they may be made of secrets, and because what a
 * template costs must not depend on those before it.
 */
const caches = new WeakMap<Meter, LruMap<CompiledPattern>>();

/**
 * Compiles a pattern, or takes it from those that the same render has compiled.
 * @param pattern a byte string
 * @throws PatternError where it is malformed; FunctionError where it is too large, which Go would take
 */
export function compilePattern(pattern: string, meter: Meter): CompiledPattern {
  const cache = cacheOf(meter);
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > longest) throw new FunctionError(`the regular expression is longer than ${longest} bytes`);
  // before it is read, and whether or not it can be
  meter.step(10 + pattern.length);
  const read = readPattern(textOf(pattern));
  if (read.instructions > mostInstructions || read.weight > mostRanges) throw new FunctionError('the regular expression is too large');
  meter.step(read.instructions * 30 + read.weight * 5);
  const bytes = pattern.length * 4 + read.instructions * instructionBytes + read.weight * rangeBytes;
  meter.allocate(bytes);
  const compiled = { engine: compile(read, pattern), groups: read.groups, bytes };
  cache.set(pattern, compiled);
  return compiled;
}

function cacheOf(meter: Meter): LruMap<CompiledPattern> {
  const known = caches.get(meter);
  if (known !== undefined) return known;
  const cache = new LruMap<CompiledPattern>(mostCachedBytes, ({ bytes }) => bytes);
  caches.set(meter, cache);
  return cache;
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
