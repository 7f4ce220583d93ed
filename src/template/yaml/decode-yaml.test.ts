import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { encodeJson } from '../json/encode-json.ts';
import { LimitError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { decodeYamlMap } from './decode-yaml.ts';
import { GoYamlError } from './read/go-yaml-error.ts';

const decode = (text: string, limits?: { readonly steps: number; readonly bytes: number }): string => {
  const { meter } = testContext(limits);
  return Buffer.from(encodeJson(decodeYamlMap(fromText(text), meter), {}, meter), 'latin1').toString('utf8');
};

describe('decodeYamlMap', () => {
  it('reads YAML 1.1 as the Kubernetes tools do', () => {
    const text = 'yes: no\n0x10: 017\n1_000: 12:30\nlist: [~, .5, "1", 2001-01-01]\ntext: >-\n  a\n  b\n';

    expect(decode(text)).toBe('{"1000":"12:30","16":15,"list":[null,0.5,"1","2001-01-01"],"text":"a b","true":false}');
  });

  it('lets merged maps replace what stands before them, and be replaced by what comes after', () => {
    expect(decode('base: &b {p: 1, q: 1, r: 1}\nc: {p: 2, <<: *b, q: 2}\n')).toBe('{"base":{"p":1,"q":1,"r":1},"c":{"p":1,"q":2,"r":1}}');
  });

  it('reads the first of several documents, and an empty one as no entries', () => {
    expect(decode('a: 1\n---\nb: [')).toBe('{"a":1}');
    expect(decode('# nothing\n')).toBe('{}');
  });

  it('keeps what the text quotes out of the problem, and in what Go says', () => {
    const attempt = (): string => decode('pin: !!int hunter2\n');

    expect(attempt).toThrow('a value does not fit its tag (line 1, column 1)');
    expect(goMessage(attempt)).toBe('yaml: cannot decode !!str `hunter2` as a !!int');
  });

  it('answers or refuses whatever it is given', () => {
    const pieces = fc.constantFrom('a', 'b: ', ': ', ':', '- ', '-', '? ', '[', ']', '{', '}', ',', '"', "'", '|', '>', '#', '&x ', '*x', '!', '!!int ', '<<', '\n', '\n  ', ' ', '\t', '---', '...', '%', '\\', '\r', '\u0085', 'é', '\0', '0', '1');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const attempt = (): string => decode(parts.join(''));

        expect(goMessage(attempt)).not.toBe('');
      }),
      { numRuns: 3000 },
    );
  });

  it('ends at the limits of nesting, of work, and of memory', () => {
    const levels = Array.from({ length: 12 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(',')}]\n`);
    const bomb = `l0: &l0 x\n${levels.join('')}`;

    expect(decode(`k: ${'['.repeat(190)}${']'.repeat(190)}`)).toHaveLength(386);
    for (const opening of ['[', '{a: ', '- ', '? ']) expect(() => decode(opening.repeat(50_000)), opening).toThrow(GoYamlError);
    expect(() => decode(bomb)).toThrow(GoYamlError);
    expect(() => decode(bomb, { steps: 100_000, bytes: 1e9 })).toThrow(LimitError);
    expect(() => decode(bomb, { steps: 1e9, bytes: 1_000_000 })).toThrow(LimitError);
  });
});

it('decodes a text once, however many aliases it has, and charges each', () => {
  const text = `a: &a ${'x'.repeat(20_000)}\nb: [${Array.from({ length: 2_000 }, () => '*a').join()}]\n`;

  expect(decodeYamlMap(fromText(text), testContext({ steps: 1e6, bytes: 1e6 }).meter).entries.size).toBe(2);
  expect(() => decode(text, { steps: 400_000, bytes: 1e6 })).toThrow(LimitError);
});

/** What Go says where a text is refused; nothing else may happen. */
function goMessage(attempt: () => string): string {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof GoYamlError) return error.goMessage;
    throw error;
  }
}
