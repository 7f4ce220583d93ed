/** Ten as a fraction between a half and one, times 2^4. */
const tenFraction = 0.625;
const tenExponent = 4;

/**
 * Go's math.Pow(10, n) for a whole n, which is not always the float64 that is nearest to 10^n: it multiplies squares, and rounds
 * each time.
 */
export function powerOfTen(n: number): number {
  // far beyond what a float64 holds
  if (Math.abs(n) > 5000) return n > 0 ? Number.POSITIVE_INFINITY : 0;
  let fraction = 1;
  let exponent = 0;
  let square = tenFraction;
  let squareExponent = tenExponent;
  for (let rest = Math.abs(n); rest > 0; rest >>= 1) {
    if (rest % 2 === 1) {
      fraction *= square;
      exponent += squareExponent;
    }
    square *= square;
    squareExponent *= 2;
    if (square < 0.5) {
      square += square;
      squareExponent -= 1;
    }
  }
  return n < 0 ? timesPowerOfTwo(1 / fraction, -exponent) : timesPowerOfTwo(fraction, exponent);
}

/** Go's math.Ldexp, rounded once: only the last step leaves the range of normal numbers. */
function timesPowerOfTwo(fraction: number, exponent: number): number {
  if (exponent > 1100) return Number.POSITIVE_INFINITY;
  if (exponent < -1200) return 0;
  if (exponent > 1000) return fraction * 2 ** (exponent - 100) * 2 ** 100;
  return exponent < -1000 ? fraction * 2 ** -1000 * 2 ** (exponent + 1000) : fraction * 2 ** exponent;
}
