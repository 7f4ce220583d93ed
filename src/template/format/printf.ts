import { fromRune, runeAt } from '../value/byte-string.ts';
import { typeName } from '../value/go-type.ts';
import type { Meter, Value } from '../value/value.ts';
import { Int } from '../value/value.ts';
import type { Flags } from './flags.ts';
import { Printer } from './printer.ts';

/** fmt.Sprintf. What is wrong with a format is told within the text, as in `%!d(string=hi)`. */
export function sprintf(format: string, args: readonly Value[], meter: Meter): string {
  const run = new Formatting(format, args, meter);
  while (run.next());
  return run.finish();
}

/** Numbers beyond it are no widths, precisions or argument numbers. */
const largest = 1_000_000;

/** One pass over a format. */
class Formatting {
  readonly #format: string;
  readonly #args: readonly Value[];
  readonly #meter: Meter;
  readonly #printer: Printer;
  /** Where the next byte of the format stands. */
  #at = 0;
  /** Which argument is next. */
  #next = 0;
  /** An argument number stood before where we are, and applies to what comes. */
  #isNumbered = false;
  /** The argument numbers of the directive are as they should be. */
  #isNumberFine = true;
  #anyNumbered = false;

  constructor(format: string, args: readonly Value[], meter: Meter) {
    this.#format = format;
    this.#args = args;
    this.#meter = meter;
    this.#printer = new Printer(meter);
  }

  /** Writes up to the next directive, and it; false at the end. */
  next(): boolean {
    const percent = this.#format.indexOf('%', this.#at);
    const end = percent < 0 ? this.#format.length : percent;
    this.#printer.write(this.#format.slice(this.#at, end));
    this.#at = end + 1;
    if (percent < 0) return false;
    this.#meter.step();
    this.#isNumberFine = true;
    const flags = this.#readDirective();
    if (this.#at < this.#format.length) {
      this.#printVerb(flags);
      return true;
    }
    this.#printer.write('%!(NOVERB)');
    return false;
  }

  /** The text, once there is no directive left. */
  finish(): string {
    if (this.#anyNumbered || this.#next >= this.#args.length) return this.#printer.text;
    this.#printer.write('%!(EXTRA ');
    for (const [index, arg] of this.#args.slice(this.#next).entries()) {
      if (index > 0) this.#printer.write(', ');
      if (arg !== undefined) this.#printer.write(`${typeName(arg)}=`);
      this.#printer.print(arg, 'v');
    }
    this.#printer.write(')');
    return this.#printer.text;
  }

  #readDirective(): Flags {
    const seen = this.#readFlags();
    this.#readArgumentNumber();
    const { width, isLeft } = this.#readWidth();
    const precision = this.#readPrecision();
    if (!this.#isNumbered) this.#readArgumentNumber();
    return {
      width,
      precision,
      sharp: seen.has('#'),
      plus: seen.has('+'),
      space: seen.has(' '),
      minus: isLeft || seen.has('-'),
      // there is no filling with zeros on the right
      zero: !isLeft && seen.has('0'),
    };
  }

  #readFlags(): ReadonlySet<string> {
    const seen = new Set<string>();
    for (; this.#at < this.#format.length && '#0+- '.includes(this.#format.charAt(this.#at)); this.#at += 1) seen.add(this.#format.charAt(this.#at));
    return seen;
  }

  #readWidth(): { readonly width: number | undefined; readonly isLeft: boolean } {
    if (this.#format.charAt(this.#at) !== '*') {
      const width = this.#readNumber();
      if (this.#isNumbered && width !== undefined) this.#isNumberFine = false;
      return { width, isLeft: false };
    }
    const width = this.#takeNumber();
    if (width === undefined) this.#printer.write('%!(BADWIDTH)');
    return width === undefined ? { width, isLeft: false } : { width: Math.abs(width), isLeft: width < 0 };
  }

  #readPrecision(): number | undefined {
    // a point at the very end is taken for the verb
    if (this.#at + 1 >= this.#format.length || this.#format.charAt(this.#at) !== '.') return undefined;
    this.#at += 1;
    if (this.#isNumbered) this.#isNumberFine = false;
    this.#readArgumentNumber();
    if (this.#format.charAt(this.#at) !== '*') return this.#readNumber() ?? 0;
    const precision = this.#takeNumber();
    if (precision !== undefined && precision >= 0) return precision;
    this.#printer.write('%!(BADPREC)');
    return undefined;
  }

  /** Reads digits; where the number is too large, there is nothing more to read. */
  #readNumber(): number | undefined {
    let value: number | undefined;
    for (let digit = this.#digit(); digit !== undefined; digit = this.#digit()) {
      if (value !== undefined && value > largest) {
        this.#at = this.#format.length;
        return undefined;
      }
      value = (value ?? 0) * 10 + digit;
      this.#at += 1;
    }
    return value;
  }

  #digit(): number | undefined {
    const code = this.#format.charCodeAt(this.#at) - 0x30;
    return code >= 0 && code <= 9 ? code : undefined;
  }

  /** The next argument as a width or precision, for a star. */
  #takeNumber(): number | undefined {
    this.#at += 1;
    this.#isNumbered = false;
    if (this.#next >= this.#args.length) return undefined;
    const arg = this.#args[this.#next];
    this.#next += 1;
    if (!(arg instanceof Int)) return undefined;
    return arg.value > largest || arg.value < -largest ? undefined : Number(arg.value);
  }

  /** `[3]` makes the third argument the next. */
  #readArgumentNumber(): void {
    this.#isNumbered = false;
    if (this.#format.charAt(this.#at) !== '[') return;
    this.#anyNumbered = true;
    const close = this.#format.indexOf(']', this.#at);
    this.#meter.step(((close < 0 ? this.#format.length : close) - this.#at) / 100);
    // Go looks for the closing bracket only where a number could be
    if (close < 0 || this.#format.length - this.#at < 3) {
      this.#at += 1;
      this.#isNumberFine = false;
      return;
    }
    const number = readArgumentNumber(this.#format.slice(this.#at + 1, close));
    this.#at = close + 1;
    this.#isNumbered = number !== undefined;
    if (number !== undefined && number >= 1 && number <= this.#args.length) this.#next = number - 1;
    else this.#isNumberFine = false;
  }

  #printVerb(flags: Flags): void {
    const { rune, size } = runeAt(this.#format, this.#at);
    this.#at += size;
    const verb = fromRune(rune);
    if (verb === '%') this.#printer.write('%');
    else if (!this.#isNumberFine) this.#printer.write(`%!${verb}(BADINDEX)`);
    else if (this.#next >= this.#args.length) this.#printer.write(`%!${verb}(MISSING)`);
    else {
      this.#printer.print(this.#args[this.#next], verb, verb === 'v' || verb === 'w' ? forValues(flags) : flags);
      this.#next += 1;
    }
  }
}

/** What stands between the brackets, as a number. */
function readArgumentNumber(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  let value = 0;
  for (const digit of text) {
    if (value > largest) return undefined;
    value = value * 10 + Number(digit);
  }
  return value;
}

function forValues(flags: Flags): Flags {
  return { ...flags, sharp: false, plus: false, sharpV: flags.sharp ?? false, plusV: flags.plus ?? false };
}
