import { TextBuilder } from '../value/text-builder.ts';
import type { Meter } from '../value/value.ts';
import type { CompiledPattern } from './compile-pattern.ts';
import { compilePattern } from './compile-pattern.ts';
import type { Replacement } from './replacement.ts';
import { readReplacement } from './replacement.ts';
import type { Positions } from './search.ts';
import { Search } from './search.ts';

/** Bytes. */
const quotedAtOnce = 4096;

export { PatternError } from './pattern-error.ts';

/** A regular expression of Go's package regexp, on byte strings. All work is charged to a meter; none takes more than linear time a match. */
export class Regexp {
  readonly #pattern: CompiledPattern;

  /** @throws PatternError where the pattern is malformed; FunctionError where it is too large */
  constructor(pattern: string, meter: Meter) {
    this.#pattern = compilePattern(pattern, meter);
  }

  /** Whether it matches anywhere: MatchString. */
  matches(value: string, meter: Meter): boolean {
    return new Search(this.#pattern.engine, value, meter).from(0) !== undefined;
  }

  /** The first match, empty where there is none: FindString. */
  find(value: string, meter: Meter): string {
    const search = new Search(this.#pattern.engine, value, meter);
    const [start = 0, end = 0] = search.from(0) ?? [];
    return search.slice(start, end);
  }

  /** At most `limit` matches, all where it is negative: FindAllString. */
  findAll(value: string, limit: number, meter: Meter): string[] {
    const search = new Search(this.#pattern.engine, value, meter);
    const found: string[] = [];
    for (const [start = 0, end = 0] of matchesOf(search, limit)) {
      meter.allocate(32);
      found.push(search.slice(start, end));
    }
    return found;
  }

  /** What is between the matches, in at most `limit` parts: Split. Nothing where the limit is 0. */
  split(value: string, limit: number, meter: Meter): string[] {
    if (limit === 0) return [];
    if (this.#pattern.engine.pattern() !== '' && value === '') return [''];
    const search = new Search(this.#pattern.engine, value, meter);
    const parts: string[] = [];
    let start = 0;
    let end = 0;
    for (const [matchStart = 0, matchEnd = 0] of matchesOf(search, limit)) {
      if (limit > 0 && parts.length >= limit - 1) break;
      meter.allocate(32);
      end = matchStart;
      // an empty match at the very beginning parts nothing
      if (matchEnd !== 0) parts.push(search.slice(start, end));
      start = matchEnd;
    }
    if (end !== search.length) parts.push(search.slice(start, search.length));
    return parts;
  }

  /** Every match replaced by a template in which `$1` stands for a group: ReplaceAllString. */
  replaceAll(value: string, template: string, meter: Meter): string {
    meter.step(template.length / 10);
    meter.allocate(template.length * 16);
    return this.#replace(value, readReplacement(template, this.#pattern.groups), meter);
  }

  /** Every match replaced by the same text: ReplaceAllLiteralString. */
  replaceAllLiteral(value: string, replacement: string, meter: Meter): string {
    return this.#replace(value, [replacement], meter);
  }

  #replace(value: string, replacement: Replacement, meter: Meter): string {
    const search = new Search(this.#pattern.engine, value, meter);
    const needsGroups = replacement.some((part) => typeof part !== 'string' && part.some((group) => group > 0));
    const groups = needsGroups ? this.#pattern.engine.groupCount() : 0;
    const out: string[] = [];
    let copied = 0;
    for (let position = 0; position <= search.length; ) {
      const match = search.from(position, groups);
      if (match === undefined) break;
      const [start = 0, end = 0] = match;
      out.push(search.slice(copied, start));
      // an empty match right after another one is none
      if (end > copied || start === 0) write(out, search, replacement, match, meter);
      copied = end;
      position = end > position ? end : position + (search.widthAt(position) || 1);
      meter.allocate(32);
    }
    meter.allocate(value.length);
    out.push(search.slice(copied, search.length));
    return out.join('');
  }
}

/** Matches as Go walks them: past an empty one by a rune, and none that is empty right after another. */
function* matchesOf(search: Search, limit: number): Generator<Positions> {
  let before = -1;
  for (let position = 0, count = 0; count !== limit && position <= search.length; ) {
    const match = search.from(position);
    if (match === undefined) return;
    const [start = 0, end = 0] = match;
    const isRefused = end === position && start === before;
    position = end === position ? position + (search.widthAt(position) || 1) : end;
    before = end;
    if (isRefused) continue;
    count += 1;
    yield match;
  }
}

function write(out: string[], search: Search, replacement: Replacement, match: Positions, meter: Meter): void {
  for (const part of replacement) {
    const written = typeof part === 'string' ? part : groupText(search, match, part);
    if (written === '') continue;
    meter.allocate(written.length + 16);
    out.push(written);
  }
}

function groupText(search: Search, match: Positions, groups: readonly number[]): string {
  const found = groups.find((group) => (match[2 * group] ?? -1) >= 0);
  return found === undefined ? '' : search.slice(match[2 * found] ?? 0, match[2 * found + 1] ?? 0);
}

/** The pattern that matches exactly this string: QuoteMeta. */
export function quoteMeta(value: string, meter: Meter): string {
  if (!/[\\.+*?()|[\]{}^$]/.test(value)) return value;
  const out = new TextBuilder();
  // what is found is a list of matches, so not in all of a large text at once
  for (let start = 0; start < value.length; start += quotedAtOnce) {
    const part = value.slice(start, start + quotedAtOnce);
    meter.step(part.length / 10);
    meter.allocate(part.length * 4);
    out.add(part.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`));
  }
  return out.text();
}
