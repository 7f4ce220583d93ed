import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from './lexer.ts';
import type { Delimiters } from './lexer.ts';

/** Tokens as `kind:text`, spaces left out. */
function read(text: string, delimiters?: Delimiters): string {
  return tokenize(text, delimiters)
    .filter(({ kind }) => kind !== 'space')
    .map(({ kind, text: shown }) => (kind === 'leftDelim' || kind === 'rightDelim' || kind === 'eof' ? kind : `${kind}:${shown}`))
    .join(' ');
}

describe('tokenize', () => {
  it.each([
    ['plain', 'text:plain eof'],
    ['a{{ .b.c }}d', 'text:a leftDelim field:.b field:.c rightDelim text:d eof'],
    ['{{ . }}{{ $ }}{{ $x }}', 'leftDelim dot:. rightDelim leftDelim variable:$ rightDelim leftDelim variable:$x rightDelim eof'],
    ['{{ $a := f 1 "x" `y` | g }}', 'leftDelim variable:$a declare::= identifier:f number:1 string:"x" rawString:`y` pipe:| identifier:g rightDelim eof'],
    ['{{ if true }}{{ else }}{{ end }}', 'leftDelim if:if bool:true rightDelim leftDelim else:else rightDelim leftDelim end:end rightDelim eof'],
    ["{{ 'a' }}{{ -0x1F }}{{ .5e3 }}", "leftDelim charConstant:'a' rightDelim leftDelim number:-0x1F rightDelim leftDelim number:.5e3 rightDelim eof"],
  ])('reads %s', (text, tokens) => {
    expect(read(text)).toBe(tokens);
  });

  it.each([
    ['a \n{{- 1 -}}\t b', 'text:a leftDelim number:1 rightDelim text:b eof'],
    ['a {{-1}} b', 'text:a  leftDelim number:-1 rightDelim text: b eof'],
    ['a {{- /* gone */ -}} b', 'text:a text:b eof'],
    ['{{ 1 -}}  {{- 2 }}', 'leftDelim number:1 rightDelim leftDelim number:2 rightDelim eof'],
  ])('trims white space where %j says so', (text, tokens) => {
    expect(read(text)).toBe(tokens);
  });

  it('takes other delimiters, and an empty one for the usual one', () => {
    expect(read('{{ 1 }} << 2 >>', ['<<', '>>'])).toBe('text:{{ 1 }}  leftDelim number:2 rightDelim eof');
    expect(read('{{ 1 >>', ['', '>>'])).toBe('leftDelim number:1 rightDelim eof');
  });

  it.each([
    ['{{ "a }}', 'unterminated quoted string'],
    ['{{ (1 }}', 'unclosed left paren'],
    ['{{ 1) }}', 'unexpected right paren'],
    ['{{ /* a }}', 'unexpected'],
    ['{{/* a }}', 'unclosed comment'],
    ['{{/* a */ }}', 'comment ends before closing delimiter'],
    ['{{ 1', 'unclosed action'],
    ['{{ 1x }}', 'bad number syntax: "1x"'],
    ['{{ : }}', 'expected :='],
    ['{{ \x01 }}', 'unrecognized character in action: U+0001'],
  ])('ends with an error at %s', (text, message) => {
    const last = tokenize(text).at(-1);

    expect(message === 'unexpected' ? last?.kind : last?.text).toBe(message === 'unexpected' ? 'eof' : message);
  });

  it('gives each token its offset and its line', () => {
    const tokens = tokenize('a\n{{ f\n"b" }}\n{{ $c }}').filter(({ kind }) => kind === 'identifier' || kind === 'string' || kind === 'variable');

    expect(tokens.map(({ pos, line }) => [pos, line])).toEqual([
      [5, 2],
      [7, 3],
      [17, 4],
    ]);
  });

  it('loses nothing: every token stands in the text where it says, one after the other', () => {
    const piece = fc.constantFrom('{{', '}}', '{{- ', ' -}}', ' ', '\n', '.a', '$x', '|', '(', ')', '"s"', '`r`', '1.5', 'if', 'x', '\xe4\xb8\x96', '\xff', '/*', '*/', ':=', ',');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        let end = 0;
        for (const token of tokenize(text)) {
          if (token.kind === 'error' || token.kind === 'eof') continue;
          expect(token.pos).toBeGreaterThanOrEqual(end);
          expect(text.startsWith(token.text, token.pos)).toBe(true);
          expect(token.line).toBe(text.slice(0, token.pos).split('\n').length);
          end = token.pos + token.text.length;
        }
      }),
    );
  });
});
