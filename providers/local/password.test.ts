import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runGenerator, specProblem } from '../../test/support/run-generator.ts';
import { passwordGenerator } from './password.ts';

const generate = (spec: unknown): Promise<Readonly<Record<string, string>>> => runGenerator(passwordGenerator, spec);

function count(text: string, pattern: RegExp): number {
  return Array.from(text).filter((character) => pattern.test(character)).length;
}

const digit = /[0-9]/;
const letter = /[a-zA-Z]/;

describe('a Password', () => {
  it('has 24 different characters where nothing is said, a quarter of them digits and a quarter symbols', async () => {
    const { password = '' } = await generate({});

    expect(new Set(password).size).toBe(24);
    expect([count(password, digit), count(password, letter), count(password, /[~!@#$%^&*()_+`\-={}|[\]\\:"<>?,./]/)]).toEqual([6, 12, 6]);
  });

  it.each([
    [7, 1, 1, 5],
    [10, 2, 2, 6],
    [3, 0, 0, 3],
  ])('of %i characters has %i digits and %i symbols: quarters are cut off, as upstream does it', async (length, digits, symbols, letters) => {
    const { password = '' } = await generate({ length });

    expect([count(password, digit), password.length - count(password, digit) - count(password, letter), count(password, letter)]).toEqual([digits, symbols, letters]);
  });

  it('takes a length of 0 for none, which an older CRD filled in', async () => {
    expect((await generate({ length: 0 }))['password']).toHaveLength(24);
  });

  it('gives every key a password of its own', async () => {
    const values = await generate({ secretKeys: ['admin', 'reader'] });

    expect(Object.keys(values)).toEqual(['admin', 'reader']);
    expect(values['admin']).not.toBe(values['reader']);
    expect(Object.keys(await generate({ secretKeys: [] }))).toEqual(['password']);
  });

  it.each([
    ['raw', /^[a-z]{5}$/],
    ['hex', /^([0-9a-f]{2}){5}$/],
    ['base32', /^[A-Z2-7]{8}$/],
    ['base64', /^[A-Za-z0-9+/]{7}=$/],
    // with the padding that Go writes
    ['base64url', /^[A-Za-z0-9_-]{7}=$/],
  ])('is given as %s', async (encoding, form) => {
    expect((await generate({ length: 5, digits: 0, symbols: 0, noUpper: true, encoding }))['password']).toMatch(form);
  });

  it('keeps what was asked for, whatever that is, or says that it cannot be', async () => {
    const spec = fc.record(
      {
        length: fc.integer({ min: 1, max: 100 }),
        digits: fc.integer({ min: 0, max: 15 }),
        symbols: fc.integer({ min: 0, max: 15 }),
        symbolCharacters: fc.string({ unit: fc.constantFrom(...Array.from('abz019A#-_é🔑')), minLength: 1, maxLength: 12 }),
        noUpper: fc.boolean(),
        allowRepeat: fc.boolean(),
      },
      { requiredKeys: ['length', 'digits', 'symbols', 'symbolCharacters'] },
    );
    let made = 0;
    await fc.assert(
      fc.asyncProperty(spec, async (wanted) => {
        if (specProblem(passwordGenerator, wanted) !== undefined) return;
        made += 1;
        const { password = '' } = await generate(wanted);
        const characters = Array.from(password);
        const others = characters.filter((character) => !/[a-zA-Z0-9]/.test(character));
        expect(characters).toHaveLength(wanted.length);
        expect(others.every((character) => wanted.symbolCharacters.includes(character))).toBe(true);
        expect(count(password, digit)).toBeGreaterThanOrEqual(wanted.digits);
        expect(count(password, digit) + others.length).toBeLessThanOrEqual(wanted.digits + wanted.symbols);
        if (wanted.allowRepeat !== true) expect(new Set(characters).size).toBe(characters.length);
        const upper = characters.filter((character) => /[A-Z]/.test(character) && !wanted.symbolCharacters.includes(character));
        if (wanted.noUpper === true) expect(upper).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(made).toBeGreaterThan(50);
  });

  it('puts any character at any place, each about as often', async () => {
    // 3000 passwords of one digit and three letters: the digit stands at each place 750 times, give or take six deviations
    const places = [0, 0, 0, 0];
    for (let run = 0; run < 3000; run += 1) {
      const { password = '' } = await generate({ length: 4, digits: 1, symbols: 0 });
      const place = password.search(digit);
      places[place] = (places[place] ?? 0) + 1;
    }
    for (const times of places) expect(Math.abs(times - 750)).toBeLessThan(6 * Math.sqrt(3000 * 0.25 * 0.75));
  });

  it('draws letters among the symbols only as far as the letters can do without them', async () => {
    for (let run = 0; run < 50; run += 1) {
      const { password = '' } = await generate({ length: 26, digits: 0, symbols: 1, noUpper: true, symbolCharacters: 'abcd' });
      expect(new Set(password).size).toBe(26);
    }
  });

  it.each([
    [{ length: 4, digits: 3, symbols: 2 }, 'length: must be at least the number of digits and symbols'],
    [{ length: 100, digits: 0, symbols: 0 }, 'length: leaves 100 characters to letters, of which there are 52; set allowRepeat'],
    [{ length: 30, digits: 0, symbols: 0, noUpper: true }, 'length: leaves 30 characters to letters, of which there are 26; set allowRepeat'],
    [{ length: 20, digits: 11, symbols: 0 }, 'digits: must be at most 10, or set allowRepeat'],
    [{ length: 20, digits: 0, symbols: 3, symbolCharacters: '--__' }, 'symbols: must be at most 2, which is what there is to choose from, or set allowRepeat'],
    [{ length: 28, digits: 0, symbols: 2, noUpper: true, symbolCharacters: 'ab' }, 'symbols: must be at most 0, which is what there is to choose from, or set allowRepeat'],
    [{ digits: -1 }, 'digits: must not be negative'],
    [{ length: 40_000, allowRepeat: true, secretKeys: ['a', 'b'] }, 'length: must be less: all passwords together may have 65536 characters'],
    [{ secretKeys: ['a', 'a'] }, 'secretKeys: must be unique'],
    [{ secretKeys: [''] }, 'secretKeys[0]: must not be empty'],
    [{ encoding: 'rot13' }, 'encoding: must be one of "base64", "base64url", "base32", "hex", "raw"'],
    [{ lenght: 12 }, 'lenght: unknown field'],
  ])('that cannot be made says why: %j', (spec, problem) => {
    expect(specProblem(passwordGenerator, spec)).toBe(problem);
  });

  it('can be long where characters may be there more than once', async () => {
    expect((await generate({ length: 65_536, allowRepeat: true }))['password']).toHaveLength(65_536);
  });
});
