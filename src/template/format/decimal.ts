/** A number 0.DIGITS × 10^point, without zeros at either end: zero has no digits. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The mantissa and exponent of a finite double's magnitude: mantissa × 2^exponent. */
export interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** Takes a double apart. Normal ones have a mantissa of 53 bits. */
export function binaryOf(value: number): Binary {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return exponent === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 };
}

/** All digits of a finite double's magnitude; there are at most 767. */
export function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = binaryOf(value);
  if (mantissa === 0n) return { digits: '', point: 0 };
  // m × 2^-n is m × 5^n × 10^-n
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const digits = whole.toString();
  return { digits: withoutTrailingZeros(digits), point: digits.length + Math.min(exponent, 0) };
}

/** The fewest digits that read as the same double; of several, the nearest. JavaScript's own choice is that. */
export function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  // most numbers of a chart are whole, and small; V8 has those at hand
  if (Number.isSafeInteger(value)) {
    const whole = String(Math.abs(value));
    return { digits: withoutTrailingZeros(whole), point: whole.length };
  }
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** Rounds to that many digits, halves to even. */
export function roundDecimal({ digits, point }: Decimal, count: number): Decimal {
  if (count < 0 || count >= digits.length) return { digits, point };
  const kept = digits.slice(0, count);
  if (!roundsUp(digits, count)) return { digits: withoutTrailingZeros(kept), point };
  const nines = /9*$/.exec(kept)?.[0].length ?? 0;
  const last = kept.length - nines - 1;
  // all were nines: 0.99 is 0.1 × 10
  if (last < 0) return { digits: '1', point: point + 1 };
  return { digits: kept.slice(0, last) + String(Number(kept.charAt(last)) + 1), point };
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charAt(end - 1) === '0') end -= 1;
  return digits.slice(0, end);
}

function roundsUp(digits: string, count: number): boolean {
  const isHalf = digits.charAt(count) === '5' && digits.length === count + 1;
  if (isHalf) return count > 0 && Number(digits.charAt(count - 1)) % 2 === 1;
  return digits.charAt(count) >= '5';
}
