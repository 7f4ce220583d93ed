import { describe, expect, it } from 'vitest';
import { logicFunctions } from '../builtin/logic.ts';
import { renderTemplate } from '../render.ts';
import type { RenderOptions } from '../render.ts';
import { FunctionError, LimitError, TemplateError } from '../template-error.ts';
import { any, dictionary, goFunction, int, rest, text } from '../value/go-function.ts';
import { dict, int as goInt, list, stringMap, strings } from '../value/go-type.ts';
import type { CallContext, Value } from '../value/value.ts';

const functions = new Map([
  ...logicFunctions,
  ['show', goFunction([rest(any)], text, (...args) => args.flat().map((value) => typeof value).join(' '))] as const,
  ['double', goFunction([int], int, (n) => n * 2)] as const,
  ['join', goFunction([text, text], text, (a, b) => a + b)] as const,
  ['size', goFunction([dictionary], int, (map) => map.entries.size)] as const,
  ['refuse', goFunction([any], text, () => { throw new FunctionError('this is refused', 'this is refused: with the value'); })] as const,
]);

function context(steps = 1_000_000): CallContext {
  let left = steps;
  return {
    now: () => 0n,
    random: () => new Uint8Array(),
    meter: {
      step: (count = 1) => {
        left -= count;
        if (left < 0) throw new LimitError('too many steps');
      },
      allocate: () => {},
    },
  };
}

function render(source: string, data: Value = dict(), options: Partial<RenderOptions> = {}): string {
  return renderTemplate({ name: 't', text: source, data, functions, ...options }, context());
}

function failure(source: string, data: Value = dict(), options: Partial<RenderOptions> = {}): TemplateError {
  try {
    render(source, data, options);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('it rendered');
}

describe('an execution', () => {
  const data = dict([['name', 'devnet'], ['nodes', strings(['seed', 'archive'])], ['ports', dict([['b', goInt(2)], ['a', goInt(1)]])], ['none', undefined], ['empty', list([])]]);

  it.each([
    ['{{ .name }}/{{ .ports.a }}', 'devnet/1'],
    ['{{ range .nodes }}<{{ . }}>{{ end }}', '<seed><archive>'],
    ['{{ range $i, $n := .nodes }}{{ $i }}={{ $n }};{{ end }}', '0=seed;1=archive;'],
    ['{{ range $k, $v := .ports }}{{ $k }}{{ $v }} {{ end }}', 'a1 b2 '],
    ['{{ range 3 }}{{ . }}{{ end }}', '012'],
    ['{{ range .empty }}x{{ else }}nothing{{ end }}', 'nothing'],
    ['{{ range .nodes }}{{ if eq2 }}{{ end }}{{ end }}', undefined],
    ['{{ range 5 }}{{ if . }}{{ break }}{{ end }}{{ . }}{{ end }}', '0'],
    ['{{ range $i := 4 }}{{ if $i }}{{ continue }}{{ end }}{{ $i }}{{ end }}', '0'],
    ['{{ with .name }}{{ . }}{{ $.ports.b }}{{ end }}{{ with .none }}x{{ else with .ports }}{{ .a }}{{ end }}', 'devnet21'],
    ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }}', '2'],
    ['{{ define "a" }}[{{ . }}]{{ end }}{{ template "a" .name }}{{ block "b" 7 }}({{ . }}){{ end }}', '[devnet](7)'],
    ['{{ .name | join "a-" | join "b-" }}', 'b-a-devnet'],
    ['{{ double 4 }}{{ (join "a" "b") }}', '8ab'],
    ['{{ and 1 0 (refuse 1) }}{{ or 0 "x" (refuse 1) }}{{ and true .name }}', '0xdevnet'],
    ['{{ .missing }}|{{ .missing.deeper }}', '<no value>|<no value>'],
  ])('renders %s', (source, output) => {
    if (output === undefined) expect(() => render(source, data)).toThrow('function "eq2" not defined');
    else expect(render(source, data)).toBe(output);
  });

  it.each([
    ['{{ .none.x }}', 'template: t:1:8: executing "t" at <.none.x>: nil pointer evaluating interface {}.x'],
    ['a\n {{ .name.x }}', 'template: t:2:9: executing "t" at <.name.x>: can\'t evaluate field x in type interface {}'],
    ['{{ double "4" }}', 'template: t:1:10: executing "t" at <"4">: expected integer; found "4"'],
    ['{{ double .name }}', 'template: t:1:10: executing "t" at <.name>: wrong type for value; expected int; got string'],
    ['{{ double 1 2 }}', 'template: t:1:3: executing "t" at <double>: wrong number of args for double: want 1 got 2'],
    ['{{ range .name }}{{ end }}', 'template: t:1:9: executing "t" at <.name>: range can\'t iterate over a value of type string'],
    ['{{ define "a" }}{{ .x.y.z }}{{ end }}{{ template "a" .ports }}', undefined],
    ['{{ template "gone" }}', 'template: t:1:12: executing "t" at <{{template "gone"}}>: template "gone" not defined'],
    ['{{ nil }}', 'template: t:1:3: executing "t" at <nil>: nil is not a command'],
    ['{{ .name 1 }}', 'template: t:1:3: executing "t" at <.name>: name is not a method but has arguments'],
  ])('fails at %j and says where, as Go does', (source, message) => {
    if (message === undefined) expect(render(source, data)).toBe('<no value>');
    else expect(failure(source, data).message).toBe(message);
  });

  it('passes only what fits: a map of strings is no map of anything', () => {
    expect(render('{{ size . }}', dict([['a', 1]]))).toBe('1');
    expect(failure('{{ size . }}', stringMap([['a', 'b']])).message).toContain('expected map[string]interface {}; got map[string]string');
  });

  it('takes a missing key as it is told to', () => {
    expect(render('{{ .a }}', stringMap([]))).toBe('<no value>');
    expect(render('{{ .a }}', stringMap([]), { missingKey: 'zero' })).toBe('');
    expect(failure('{{ .a }}', stringMap([]), { missingKey: 'error' }).message).toBe('template: t:1:3: executing "t" at <.a>: map has no entry for key "a"');
  });

  it('never quotes a value of the data in a message, and keeps what Go would say where nothing prints it', () => {
    const error = failure('{{ refuse .key }}', dict([['key', 'hunter2']]));

    expect(error.message).toBe('template: t:1:3: executing "t" at <refuse .key>: error calling refuse: this is refused');
    expect(Buffer.from(error.detail.reveal()).toString()).toContain('this is refused: with the value');
    expect(JSON.stringify(error)).not.toContain('with the value');
  });

  it('does say what the template itself says', () => {
    expect(failure('{{ refuse "a literal" }}').message).toContain('this is refused: with the value');
  });

  it('does not say what a function has made: it may be random, and a secret', () => {
    expect(failure('{{ refuse (join "a" "b") }}').message).toContain('error calling refuse: this is refused');
    expect(failure('{{ refuse (join "a" "b") }}').message).not.toContain('with the value');
    expect(failure('{{ "a" | refuse }}').message).not.toContain('with the value');
  });

  it('pays for each argument, and for a map before it is sorted', () => {
    const zeros = '0 '.repeat(200_000);
    expect(() => renderTemplate({ name: 't', text: `{{ range 20 }}{{ $x := or ${zeros} }}{{ end }}`, data: dict(), functions }, context(100_000))).toThrow(LimitError);
    const large = dict(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index] as const));
    expect(() => renderTemplate({ name: 't', text: '{{ range 20 }}{{ range $ }}{{ break }}{{ end }}{{ end }}', data: large, functions }, context(100_000))).toThrow(LimitError);
  });

  it('ends at the limit of its steps, and where templates invoke themselves', () => {
    expect(() => render('{{ range 1000 }}{{ range 1000 }}{{ range 1000 }}x{{ end }}{{ end }}{{ end }}')).toThrow(LimitError);
    expect(() => render('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}')).toThrow(LimitError);
  });

  it('knows nothing of the objects it is made of', () => {
    for (const name of ['constructor', '__proto__', 'prototype', 'hasOwnProperty', 'toString', 'entries', 'items']) {
      expect(render(`{{ .${name} }}`)).toBe('<no value>');
      expect(() => render(`{{ .x.${name} }}`, dict([['x', 'text']]))).toThrow(TemplateError);
      expect(() => render(`{{ ${name} }}`)).toThrow(`function "${name}" not defined`);
    }
  });
});
