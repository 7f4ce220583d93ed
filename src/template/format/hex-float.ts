import type { Binary } from './decimal.ts';

/** The digits after the point that a double can have. */
const fractionDigits = 13;
const fractionBits = 52;

/** A double's magnitude as 0x1.8p+01, with that many digits after the point, or as many as it needs where that is negative. */
export function formatHexFloat(binary: Binary, isUpper: boolean, precision: number): string {
  const { mantissa, exponent } = roundTo(normalized(binary), precision);
  const all = (mantissa & ((1n << BigInt(fractionBits)) - 1n)).toString(16).padStart(fractionDigits, '0');
  const fraction = precision < 0 ? all.replace(/0+$/, '') : all.slice(0, precision).padEnd(precision, '0');
  const power = mantissa === 0n ? 0 : exponent + fractionBits;
  const text = `0x${mantissa >> BigInt(fractionBits)}${fraction === '' ? '' : '.'}${fraction}p${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return isUpper ? text.toUpperCase() : text;
}

/** Brings the first bit of a number below the normal ones to where theirs is. */
function normalized({ mantissa, exponent }: Binary): Binary {
  if (mantissa === 0n) return { mantissa, exponent };
  const shift = fractionBits + 1 - mantissa.toString(2).length;
  return { mantissa: mantissa << BigInt(shift), exponent: exponent - shift };
}

/** Halves to even. */
function roundTo({ mantissa, exponent }: Binary, precision: number): Binary {
  if (precision < 0 || precision >= fractionDigits) return { mantissa, exponent };
  const dropped = BigInt(fractionBits - precision * 4);
  const kept = mantissa >> dropped;
  const rest = mantissa - (kept << dropped);
  const half = 1n << (dropped - 1n);
  const rounded = (rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept) << dropped;
  return rounded >> BigInt(fractionBits + 1) === 0n ? { mantissa: rounded, exponent } : { mantissa: rounded >> 1n, exponent: exponent + 1 };
}
