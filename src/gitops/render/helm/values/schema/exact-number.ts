/** A number as its shortest decimal text says: `digits` times ten to the `exponent`. Schemas compare texts, so that 0.3 is a multiple of 0.1. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function decimalOf(value: number | bigint): Decimal {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const text = (whole + fraction).replace(/0+$/, '');
  const dropped = whole.length + fraction.length - text.length;
  if (text === '') return { digits: 0n, exponent: 0 };
  return { digits: BigInt(sign + text), exponent: Number(exponent) - fraction.length + dropped };
}

/** Both as whole numbers, by the same power of ten. */
function aligned(left: number | bigint, right: number | bigint): readonly [bigint, bigint] {
  const [a, b] = [decimalOf(left), decimalOf(right)];
  const lowest = Math.min(a.exponent, b.exponent);
  return [a.digits * 10n ** BigInt(a.exponent - lowest), b.digits * 10n ** BigInt(b.exponent - lowest)];
}

/** Below zero, zero, or above. */
export function compareNumbers(left: number | bigint, right: number | bigint): number {
  const [a, b] = aligned(left, right);
  return a === b ? 0 : a < b ? -1 : 1;
}

export function isMultiple(value: number | bigint, of: number | bigint): boolean {
  const [a, b] = aligned(value, of);
  return a % b === 0n;
}

export function isWhole(value: number | bigint): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}

/** Equal for numbers that are, whatever they are kept as. */
export function numberKey(value: number | bigint): string {
  const { digits, exponent } = decimalOf(value);
  return `${digits}e${exponent}`;
}
