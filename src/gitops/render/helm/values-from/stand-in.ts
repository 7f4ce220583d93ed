import type { ChartValue } from '../chart.ts';
import { isValues } from '../values/merge-values.ts';
import { isList } from './target-path.ts';
import type { ValueSchema } from './value-schema.ts';

/** Two stand-ins for one value: what a render shows differently for them depends on the value. */
export type Variant = 0 | 1;

/** They share no character at any place, counted from either end, in neither case, so that no part of them looks the same. */
const texts: readonly [string, string] = ['value-kept-out-of-git', '9.STAND.IN.0123456789.XYZ.6'];
const numbers: readonly [number, number] = [10_001, 20_002];

/** A value of the schema's type, where nobody knows the real one. */
export function placeholder(schema: ValueSchema | undefined, variant: Variant): ChartValue {
  if (schema?.choices !== undefined && schema.choices.length > 0) return schema.choices[variant % schema.choices.length] ?? null;
  switch (schema?.kind) {
    case 'boolean':
      return variant === 1;
    case 'integer':
    case 'number':
      return numberWithin(schema, numbers[variant], variant);
    default:
      return textWithin(schema, texts[variant]);
  }
}

function numberWithin({ minimum = -Infinity, maximum = Infinity }: ValueSchema, wanted: number, variant: Variant): number {
  if (wanted >= minimum && wanted <= maximum) return wanted;
  return maximum === Infinity ? minimum + variant : Math.max(minimum, maximum - variant);
}

function textWithin(schema: ValueSchema | undefined, text: string): string {
  return text.padEnd(schema?.minLength ?? 0, text).slice(0, schema?.maxLength ?? text.length + (schema?.minLength ?? 0));
}

/**
 * A value of the same shape as the real one, and different wherever it may differ: letters and digits become others of their class (hex digits
 * stay hex digits, so encodings stay readable), the values in JSON are replaced one by one. Booleans and null stay: they switch, and tell nothing.
 * A text that is not empty never stays as it is, and never becomes the same for both variants.
 */
export function standIn(value: ChartValue, variant: Variant): ChartValue {
  if (isList(value)) return value.map((item) => standIn(item, variant));
  if (isValues(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, standIn(item, variant)]));
  if (typeof value === 'string') return standInText(value, variant);
  if (typeof value === 'bigint') return value + BigInt(variant) + 1n;
  return typeof value === 'number' ? otherNumber(value, variant) : value;
}

/** `standIn` for a text. */
export function standInText(text: string, variant: Variant): string {
  const json = jsonIn(text);
  if (json === undefined) return rotated(text, variant);
  const [first, second] = [replaced(json, 0), replaced(json, 1)];
  if (first !== second) return variant === 0 ? first : second;
  // it has no text and no number: what is added makes it another document
  return JSON.stringify(Array.isArray(json) ? [...json, texts[variant]] : { ...json, more: texts[variant] });
}

function replaced(json: object, variant: Variant): string {
  return JSON.stringify(json, (_key, value: unknown) => (typeof value === 'string' ? rotated(value, variant) : typeof value === 'number' ? otherNumber(value, variant) : value));
}

/** To the largest ones adding changes nothing. */
function otherNumber(value: number, variant: Variant): number {
  if (Math.abs(value) < Number.MAX_SAFE_INTEGER / 2) return value + variant + 1;
  return Number.isFinite(value) ? value / (variant + 2) : variant + 1;
}

/** Only documents: a number or a word is text as well. */
function jsonIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

const classes = ['0123456789', 'abcdef', 'ghijklmnopqrstuvwxyz', 'ABCDEF', 'GHIJKLMNOPQRSTUVWXYZ'];
const turns: readonly [number, number] = [1, 4];
const rotations = turns.map((turn) => new Map(classes.flatMap((letters) => Array.from(letters, (letter, at) => [letter, letters[(at + turn) % letters.length] ?? letter] as const))));

/** What letters and digits of other scripts become: of the same case, and of two bytes, as most of them are. */
const [lower, upper] = [Array.from('αβγδεζηθικλμν'), Array.from('ΑΒΓΔΕΖΗΘΙΚΛΜΝ')];

function rotated(text: string, variant: Variant): string {
  const turned = Array.from(text, (letter) => rotations[variant]?.get(letter) ?? (/[\p{L}\p{N}]/u.test(letter) ? otherLetter(letter, variant) : letter)).join('');
  // a text of signs alone keeps its length
  return turned === text ? Array.from(text, () => signs[variant]).join('') : turned;
}

const signs: readonly [string, string] = ['n', 'w'];

function otherLetter(letter: string, variant: Variant): string {
  const letters = /\p{Lu}/u.test(letter) ? upper : lower;
  const at = letters.includes(letter) ? letters.indexOf(letter) : (letter.codePointAt(0) ?? 0);
  return letters[(at + turns[variant]) % letters.length] ?? letter;
}
