import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { FunctionError, LimitError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import type { Value } from '../value/value.ts';
import { decodeJson, decodeJsonLeniently } from './decode-json.ts';
import { encodeJson } from './encode-json.ts';

const decode = (text: string): Value => decodeJson(fromText(text), testContext().meter);

describe('decodeJson', () => {
  it('reads all that JSON.parse reads, and nothing else', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '\\u00e9', 'é', '1', '-', '0', '.', 'e', '+', 'true', 'null', ' ', '\n', 'x');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')), (text) => {
        const { meter } = testContext();
        const { value, problem } = decodeJsonLeniently(fromText(text), meter);

        const theirs = parse(text);
        if (theirs === undefined) expect(problem).toBeInstanceOf(FunctionError);
        else expect(JSON.parse(Buffer.from(encodeJson(value, {}, meter), 'latin1').toString('utf8'))).toEqual(theirs.value);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a number that is too large as nothing, and says so', () => {
    const { meter } = testContext();
    const { value, problem } = decodeJsonLeniently('[1e999, 2]', meter);

    expect(encodeJson(value, {}, meter)).toBe('[null,2]');
    expect(problem).toBeInstanceOf(FunctionError);
  });

  it('names the place of a mistake, but none of the text', () => {
    expect(() => decode('{"password": hunter2}')).toThrow('invalid JSON at byte 14: invalid character looking for beginning of value');
  });

  it('ends at the limit of nesting', () => {
    expect(decode('['.repeat(1000) + ']'.repeat(1000))).toBeDefined();
    expect(() => decode('['.repeat(100_000))).toThrow(LimitError);
    expect(() => decode('{"a":'.repeat(100_000))).toThrow(LimitError);
  });
});

/** What JSON.parse makes of a text, if it takes it; numbers beyond float64 are not JSON to it. */
function parse(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value).includes('null') && !text.includes('null') ? undefined : { value };
  } catch {
    return undefined;
  }
}
