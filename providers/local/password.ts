import { randomInt } from 'node:crypto';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { encodeBase32 } from './base32.ts';
import { alphabets, type PasswordRules, type PasswordSpec, passwordSpec } from './password-spec.ts';

/** Random passwords: one for each of `secretKeys`. */
export const passwordGenerator: Generator<PasswordSpec> = {
  kind: 'Password',
  schema: passwordSpec,
  environment: [],
  isLocal: true,
  credentials: () => [],
  generate: ({ rules, secretKeys, encoding }) => Promise.resolve({ values: new Map(secretKeys.map((key) => [key, SecretBytes.fromUtf8(encode(makePassword(rules), encoding))])) }),
};

/** A password by rules that can be kept. Every choice is made by the system's source of randomness, without a bias. */
function makePassword(rules: PasswordRules): string {
  const { letters, digits } = alphabets(rules.noUpper);
  const characters = rules.allowRepeat
    ? [...repeat(rules.symbols, rules.symbolCharacters), ...repeat(rules.digits, digits), ...repeat(rules.letters, letters)]
    : distinct(rules, letters, digits);
  shuffle(characters);
  return characters.join('');
}

function repeat(times: number, alphabet: readonly string[]): string[] {
  return Array.from({ length: times }, () => alphabet[randomInt(alphabet.length)] ?? '');
}

/**
 * Symbols are drawn first, because a person may have put letters and digits among them: they may take as many of those as
 * the letters and digits that follow can do without, so that no draw ever ends with nothing left.
 */
function distinct({ symbols, symbolCharacters, ...rules }: PasswordRules, letters: readonly string[], digits: readonly string[]): string[] {
  const drawn = new Set<string>();
  const spare = [
    { alphabet: new Set(letters), left: letters.length - rules.letters },
    { alphabet: new Set(digits), left: digits.length - rules.digits },
  ];
  const isSpare = (character: string): boolean => spare.every(({ alphabet, left }) => left > 0 || !alphabet.has(character));
  let pool = symbolCharacters.filter(isSpare);
  for (let count = 0; count < symbols; count += 1) {
    const symbol = take(pool);
    drawn.add(symbol);
    const used = spare.find(({ alphabet }) => alphabet.has(symbol));
    if (used === undefined) continue;
    used.left -= 1;
    if (used.left === 0) pool = pool.filter(isSpare);
  }
  const pick = (times: number, alphabet: readonly string[]): string[] => {
    const rest = alphabet.filter((character) => !drawn.has(character));
    return Array.from({ length: times }, () => take(rest));
  };
  return [...drawn, ...pick(rules.digits, digits), ...pick(rules.letters, letters)];
}

/** Takes one of a pool's characters out of it; the order of the others is of no account. */
function take(pool: string[]): string {
  const index = randomInt(pool.length);
  const character = pool[index] ?? '';
  pool[index] = pool.at(-1) ?? '';
  pool.pop();
  return character;
}

/** Fisher and Yates: every order is as likely as any other. */
function shuffle(characters: string[]): void {
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
}

function encode(password: string, encoding: PasswordSpec['encoding']): string {
  const bytes = Buffer.from(password, 'utf8');
  switch (encoding) {
    case 'raw':
      return password;
    case 'hex':
      return bytes.toString('hex');
    case 'base32':
      return encodeBase32(bytes);
    case 'base64':
      return bytes.toString('base64');
    case 'base64url':
      return padded(bytes.toString('base64url'));
  }
}

/** Go pads this encoding, Node does not. */
function padded(text: string): string {
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}
