/** A part of a series: its sum is `sum / (product * denominator)`, and what comes after it is multiplied by `sign / product`. */
interface Part {
  readonly sign: bigint;
  readonly product: bigint;
  readonly denominator: bigint;
  readonly sum: bigint;
}

/** So many words of 32 bits: the binary digits of pi after the point, by Machin's formula. */
export function fractionOfPi(words: number): Int32Array {
  const bits = words * 32;
  // the last bits are wrong, so there are some more
  const guard = 64;
  const value = 16n * inverseTangent(5n, bits + guard) - 4n * inverseTangent(239n, bits + guard);
  const fraction = BigInt.asUintN(bits, value >> BigInt(guard)).toString(16).padStart(words * 8, '0');
  return Int32Array.from({ length: words }, (_, index) => Number.parseInt(fraction.slice(index * 8, index * 8 + 8), 16) | 0);
}

/** The angle of which the tangent is `1 / divisor`, times 2^bits. */
function inverseTangent(divisor: bigint, bits: number): bigint {
  const terms = Math.ceil(bits / (2 * Math.log2(Number(divisor)))) + 1;
  const { product, denominator, sum } = split(divisor, 0, terms);
  return (sum << BigInt(bits)) / (product * denominator);
}

/** Terms of the series from one to another, by halves: large numbers are multiplied quickly where both are of a size. */
function split(divisor: bigint, from: number, to: number): Part {
  if (to - from === 1) {
    const product = from === 0 ? divisor : divisor * divisor;
    const sign = from === 0 ? 1n : -1n;
    return { sign, product, denominator: BigInt(2 * from + 1), sum: sign };
  }
  const middle = Math.floor((from + to) / 2);
  const [left, right] = [split(divisor, from, middle), split(divisor, middle, to)];
  return {
    sign: left.sign * right.sign,
    product: left.product * right.product,
    denominator: left.denominator * right.denominator,
    sum: left.sum * right.product * right.denominator + left.sign * left.denominator * right.sum,
  };
}
