/** Nanoseconds per unit; every spelling that Go's time.ParseDuration takes. */
const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const part = /([0-9]*)(?:\.([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** Go keeps a duration in a signed 64-bit count of nanoseconds: about 292 years. */
const longest = 2n ** 63n - 1n;

/** No one writes a longer one; it bounds the work on hostile input. */
const longestText = 128;

/**
 * Parses a Go duration: `1h0m0s`, `1.5h`, `250ms`, `-2s`, `0`.
 * @returns milliseconds (a fraction where the text goes below one), or undefined where Go would refuse the text
 */
export function parseDuration(text: string): number | undefined {
  const nanoseconds = text.length > longestText ? undefined : parseNanoseconds(text);
  if (nanoseconds === undefined) return undefined;
  return Number(nanoseconds / 1_000_000n) + Number(nanoseconds % 1_000_000n) / 1e6;
}

function parseNanoseconds(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  const unsigned = negative || text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return 0n;
  if (unsigned === '') return undefined;

  let total = 0n;
  part.lastIndex = 0;
  while (part.lastIndex < unsigned.length) {
    const match = part.exec(unsigned);
    if (match === null) return undefined;
    const [, whole = '', fraction = '', name = ''] = match;
    const unit = units.get(name);
    if (unit === undefined || whole + fraction === '') return undefined;
    total += BigInt(whole) * unit + (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
    if (total > longest) return undefined;
  }
  return negative ? -total : total;
}

/**
 * Parses a duration as Argo CD's Application has it: an integer without a unit counts seconds, all else is Go's.
 * @returns milliseconds, or undefined where Argo CD would refuse the text
 */
export function parseArgoDuration(text: string): number | undefined {
  return /^[+-]?[0-9]{1,15}$/.test(text) ? Number(text) * 1000 : parseDuration(text);
}

/** Prints milliseconds the way Go does: `1h0m0s`, `1.5s`, `250ms`, `0s`. Digits below a nanosecond are rounded off. */
export function formatDuration(ms: number): string {
  const whole = Math.trunc(ms);
  const nanoseconds = BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return '0s';
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}\u00b5s`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;

  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value / 10^digits` as a decimal without trailing zeros. */
function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = String(value % scale).padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? String(value / scale) : `${value / scale}.${fraction}`;
}
