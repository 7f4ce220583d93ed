import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TemplateError } from '../template-error.ts';
import { any, goFunction, rest, text } from '../value/go-function.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { describeNode } from './describe-node.ts';
import { parseTemplate } from './parse-template.ts';

const functions: FunctionMap = new Map([
  ['f', goFunction([rest(any)], text, () => '')],
  ['g', goFunction([rest(any)], text, () => '')],
]);

/** The main template as errors would show it, or the error's text. */
function parsed(source: string): string {
  try {
    const root = parseTemplate({ name: 't', text: source }, functions).definitions.get('t');
    return root === undefined ? '' : describeNode(root);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

describe('parseTemplate', () => {
  it.each([
    ['{{   f   .a   1|g}}', '{{f .a 1 | g}}'],
    ['{{ (f .).b.c }}', '{{(f .).b.c}}'],
    ['{{ $x := 1 }}{{ $x = 2 }}{{ $x.y }}', '{{$x := 1}}{{$x = 2}}{{$x.y}}'],
    ['{{ if . }}a{{ else if f }}b{{ else }}c{{ end }}', '{{if .}}a{{else}}{{if f}}b{{else}}c{{end}}{{end}}'],
    ['{{ with $x := . }}{{ $x }}{{ else with f }}{{ . }}{{ end }}', '{{with $x := .}}{{$x}}{{else}}{{with f}}{{.}}{{end}}{{end}}'],
    ['{{ range $i, $e := . }}{{ break }}{{ continue }}{{ else }}-{{ end }}', '{{range $i, $e := .}}{{break}}{{continue}}{{else}}-{{end}}'],
    ['{{ define "a" }}x{{ end }}{{ template "a" . }}{{ block "b" 1 }}y{{ end }}', '{{template "a" .}}{{template "b" 1}}'],
  ])('reads %s', (source, tree) => {
    expect(parsed(source)).toBe(tree);
  });

  it('keeps what a template defines apart from the template', () => {
    const { definitions } = parseTemplate({ name: 't', text: '{{ define "a" }}x{{ end }}{{ block "b" . }}y{{ end }}' }, functions);

    expect([...definitions.keys()].toSorted()).toEqual(['a', 'b', 't']);
  });

  it.each([
    ['{{ h }}', 'template: t:1: function "h" not defined'],
    ['\n{{ $y }}', 'template: t:2: undefined variable "$y"'],
    ['{{ if . }}', 'template: t:1: unexpected EOF'],
    ['{{ end }}', 'template: t:1: unexpected {{end}}'],
    ['{{ }}', 'template: t:1: missing value for command'],
    ['{{ f | 1 }}', 'template: t:1: non executable command in pipeline stage 2'],
    ['{{ break }}', 'template: t:1: {{break}} outside {{range}}'],
    ['{{ range $a, $b, $c := . }}{{ end }}', 'template: t:1: too many declarations in range'],
    ['{{ "a".b }}', 'template: t:1: unexpected . after term "\\"a\\""'],
    ['{{ f\n\n', 'template: t:3: unclosed action started at t:1'],
    ['{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}', 'template: t:1: template: multiple definition of template "a"'],
    ['{{ "a_long_string_literal" "b" ]', 'template: t:1: unexpected "]" in operand'],
    ['{{ 99999999999999999999 }}', 'template: t:1: integer overflow: "99999999999999999999"'],
  ])('refuses %j in the words of Go', (source, message) => {
    expect(parsed(source)).toBe(message);
  });

  it('refuses what nests too deeply before the stack ends', () => {
    const deep = 100_000;
    expect(parsed(`{{ ${'('.repeat(deep)}1${')'.repeat(deep)} }}`)).toBe('template: t:1: max expression depth exceeded');
    expect(parsed('{{ if 1 }}'.repeat(deep))).toBe('template: t:1: max block depth exceeded');
    expect(parsed(`{{ if 1 }}${'{{ else if 1 }}'.repeat(deep)}`)).toBe('template: t:1: max block depth exceeded');
    expect(parsed('{{ block "a" 1 }}'.repeat(deep))).toBe('template: t:1: max block depth exceeded');
  });

  it('answers any text with a tree or an error of its own, and reads again what it describes', () => {
    const pieces = ['{{', '}}', '{{ end }}', '{{ if . }}', '{{ range $x := f 1 }}', '{{ else }}', ' ', 'text', '.a', '$x', '|', '(', ')', 'f', '"s"', '1', 'nil', ',', ':=', '-', '\n', '\xff'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 25 }), (chosen) => {
        const shown = parsed(chosen.join(''));
        if (!shown.startsWith('template: ')) expect(parsed(shown)).toBe(shown);
      }),
      { numRuns: 500 },
    );
  });
});
