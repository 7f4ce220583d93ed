import { formatFloat } from '../format/float.ts';

/** The most digits that a float32 needs. */
const mostDigits = 9;

/** A number with the precision of a float32, in the fewest digits: sigs.k8s.io/yaml has no more of a number that becomes a string. */
export function float32Text(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded) || rounded === 0) return formatFloat(rounded, 'g');
  for (let digits = 1; digits < mostDigits; digits += 1) {
    const shorter = Number(rounded.toPrecision(digits));
    if (Math.fround(shorter) === rounded) return formatFloat(shorter, 'g');
  }
  return formatFloat(Number(rounded.toPrecision(mostDigits)), 'g');
}
