import { z } from 'zod';

/** All of ASCII's punctuation save the apostrophe and the semicolon, as External Secrets has it. */
const defaultSymbols = '~!@#$%^&*()_+`-={}|[]\\:"<>?,./';

const defaultLength = 24;
const defaultShare = 0.25;
const defaultKey = 'password';

/** Of all passwords of one generator together: more keeps the program busy for longer than anybody has a use for. */
const mostCharacters = 65_536;

/** What every password of one generator is like. */
export interface PasswordRules {
  /** Numbers of characters; together they are the length. */
  readonly letters: number;
  readonly digits: number;
  readonly symbols: number;
  /** Each of them once. */
  readonly symbolCharacters: readonly string[];
  readonly noUpper: boolean;
  readonly allowRepeat: boolean;
}

export interface PasswordSpec {
  readonly rules: PasswordRules;
  /** Each gets a password of its own; at least one. */
  readonly secretKeys: readonly string[];
  readonly encoding: 'raw' | 'base64' | 'base64url' | 'base32' | 'hex';
}

const amount = (): z.ZodInt => z.int().min(0, 'must not be negative');

/** `spec` of a Password. */
export const passwordSpec = z
  .strictObject({
    length: z.int().exactOptional().describe('Number of characters, before the encoding; 24 where absent or 0.'),
    digits: amount().exactOptional().describe('How many of them are digits; a quarter where absent.'),
    symbols: amount().exactOptional().describe('How many of them are symbols; a quarter where absent.'),
    symbolCharacters: z.string().exactOptional().describe('The symbols to choose from.'),
    noUpper: z.boolean().exactOptional().describe('No upper-case letters.'),
    allowRepeat: z.boolean().exactOptional().describe('A character may be there more than once.'),
    secretKeys: z
      .array(z.string().min(1, 'must not be empty'))
      .refine((keys) => new Set(keys).size === keys.length, 'must be unique')
      .exactOptional()
      .describe('The keys that get a password, each its own; the one key password where absent.'),
    encoding: z.enum(['base64', 'base64url', 'base32', 'hex', 'raw']).exactOptional().describe('What is done to the password before it is given; raw, which is nothing, where absent.'),
  })
  .transform((fields, context): PasswordSpec => {
    const length = fields.length === undefined || fields.length <= 0 ? defaultLength : fields.length;
    const digits = fields.digits ?? Math.floor(length * defaultShare);
    const symbols = fields.symbols ?? Math.floor(length * defaultShare);
    const { noUpper = false, allowRepeat = false } = fields;
    const keys = fields.secretKeys ?? [];
    const secretKeys = keys.length === 0 ? [defaultKey] : keys;
    const rules = { letters: length - digits - symbols, digits, symbols, symbolCharacters: [...new Set(fields.symbolCharacters || defaultSymbols)], noUpper, allowRepeat };
    const problem = tooMany(length * secretKeys.length) ?? impossibility(rules);
    if (problem === undefined) return { rules, secretKeys, encoding: fields.encoding ?? 'raw' };
    context.addIssue({ code: 'custom', ...problem });
    return z.NEVER;
  })
  .describe('Random passwords.');

interface Problem {
  readonly path: string[];
  readonly message: string;
}

function tooMany(characters: number): Problem | undefined {
  return characters > mostCharacters ? { path: ['length'], message: `must be less: all passwords together may have ${mostCharacters} characters` } : undefined;
}

const lowerLetters = 'abcdefghijklmnopqrstuvwxyz';
const upperLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const decimalDigits = '0123456789';

/** The letters and digits that a password may have. */
export function alphabets(noUpper: boolean): { readonly letters: readonly string[]; readonly digits: readonly string[] } {
  return { letters: Array.from(noUpper ? lowerLetters : lowerLetters + upperLetters), digits: Array.from(decimalDigits) };
}

/** Why there is no password by these rules, if there is none. */
function impossibility({ letters, digits, symbols, symbolCharacters, noUpper, allowRepeat }: PasswordRules): Problem | undefined {
  if (letters < 0) return { path: ['length'], message: 'must be at least the number of digits and symbols' };
  if (allowRepeat) return undefined;
  const known = alphabets(noUpper);
  const spareLetters = known.letters.length - letters;
  const spareDigits = known.digits.length - digits;
  if (spareLetters < 0) return { path: ['length'], message: `leaves ${letters} characters to letters, of which there are ${known.letters.length}; set allowRepeat` };
  if (spareDigits < 0) return { path: ['digits'], message: `must be at most ${known.digits.length}, or set allowRepeat` };
  // a symbol that is a letter or a digit as well is there once, as the one or the other
  const count = (alphabet: readonly string[]): number => symbolCharacters.filter((character) => alphabet.includes(character)).length;
  const [asLetters, asDigits] = [count(known.letters), count(known.digits)];
  const available = symbolCharacters.length - asLetters - asDigits + Math.min(asLetters, spareLetters) + Math.min(asDigits, spareDigits);
  return symbols > available ? { path: ['symbols'], message: `must be at most ${available}, which is what there is to choose from, or set allowRepeat` } : undefined;
}
