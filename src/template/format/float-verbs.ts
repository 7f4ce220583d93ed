import type { Flags } from './flags.ts';
import { pad, padWithSpaces } from './flags.ts';
import type { FloatVerb } from './float.ts';
import { formatFloat } from './float.ts';

/** The form and the precision where none is given, by verb. */
const forms: ReadonlyMap<string, { readonly form: FloatVerb; readonly precision: number }> = new Map([
  ['v', { form: 'g', precision: -1 }],
  ['b', { form: 'b', precision: -1 }],
  ['g', { form: 'g', precision: -1 }],
  ['G', { form: 'G', precision: -1 }],
  ['x', { form: 'x', precision: -1 }],
  ['X', { form: 'X', precision: -1 }],
  ['f', { form: 'f', precision: 6 }],
  ['F', { form: 'f', precision: 6 }],
  ['e', { form: 'e', precision: 6 }],
  ['E', { form: 'E', precision: 6 }],
]);

/** A float64 under a verb; undefined where the verb is not for floats. */
export function floatText(value: number, verb: string, flags: Flags): string | undefined {
  const found = forms.get(verb);
  if (found === undefined) return undefined;
  const precision = flags.precision ?? found.precision;
  const text = formatFloat(value, found.form, precision);
  const signed = /^[+-]/.test(text) ? text : `+${text}`;
  const sign = signed.startsWith('+') && flags.space === true && flags.plus !== true ? ' ' : signed.charAt(0);
  const body = signed.slice(1);
  if (!Number.isFinite(value)) {
    const isBare = Number.isNaN(value) && flags.space !== true && flags.plus !== true;
    return padWithSpaces(isBare ? body : sign + body, flags);
  }
  const full = flags.sharp === true && found.form !== 'b' ? withPoint(body, found.form, precision) : body;
  return withSign(sign, full, flags);
}

/** Zeros go between the sign and the number. */
function withSign(sign: string, body: string, flags: Flags): string {
  if (sign === '+' && flags.plus !== true) return pad(body, flags);
  const { width } = flags;
  if (flags.zero === true && flags.minus !== true && width !== undefined) return sign + body.padStart(width - 1, '0');
  return pad(sign + body, flags);
}

/** The sharp flag: there is always a point, and the significant digits are as many as the precision says, with zeros at the end. */
function withPoint(body: string, form: FloatVerb, precision: number): string {
  const isHex = form === 'x' || form === 'X';
  const exponentAt = body.search(isHex ? /p/i : /e/i);
  const head = exponentAt < 0 ? body : body.slice(0, exponentAt);
  const hasPoint = head.includes('.');
  // the `x` of a hexadecimal number counts as a digit to Go, too; and a lone zero as one
  const present = head.replace('.', '').replace(/^0+/, '').length + (!hasPoint && head === '0' ? 1 : 0);
  const wanted = form === 'g' || form === 'G' || form === 'x' ? (precision < 0 ? 6 : precision) : 0;
  return head + (hasPoint ? '' : '.') + '0'.repeat(Math.max(wanted - present, 0)) + (exponentAt < 0 ? '' : body.slice(exponentAt));
}
