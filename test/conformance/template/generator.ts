import type fc from 'fast-check';
import type { OracleData, TemplateCase } from '../../support/template/corpus.ts';
import { built, type Choices } from './choices.ts';
import { type Scope, emptyScope, expression, field, literal, operand, textLiteral } from './generate-expression.ts';

/** Templates of the whole language, with data that they may or may not find what they look for in. */
export const templates: fc.Arbitrary<TemplateCase> = built((choices) => {
  const data = generateData(choices);
  const missingKey = choices.pick(['default', 'default', 'zero', 'error'] as const);
  const definitions = choices.several(0, 2, () => '').map((_, index) => definition(choices, index));
  const text = definitions.join('') + body(choices, { ...emptyScope, templates: definitions.length }, 3);
  return { about: 'generated', text, data, missingKey };
});

function generateData(choices: Choices): OracleData {
  const all: readonly [string, () => OracleData][] = [
    ['s', () => choices.pick(texts)],
    ['t', () => choices.pick(texts)],
    ['n', () => choices.pick([0, 1, -1, 2.5, 1e21, 1e-7, 42])],
    // templates range over it
    ['i', () => ({ $int: choices.pick(['0', '1', '-7', '12']) })],
    ['j', () => ({ $int64: choices.pick(['0', '3', '9223372036854775807', '-9223372036854775808']) })],
    ['b', () => choices.once(2)],
    ['z', () => null],
    ['y', () => ({ $bytes: Buffer.from(choices.several(0, 5, () => choices.below(256))).toString('base64') })],
    ['l', () => choices.several(0, 4, () => choices.pick<OracleData>(['a', 1, true, null, 'é', [1, 2], { s: 'in list' }]))],
    ['m', () => ({ s: choices.pick(texts), n: 3, l: ['x', 'y'], m: { s: 'deep', z: null } })],
    ['g', () => ({ $strings: { s: choices.pick(texts), b: 'value', a: '' } })],
    ['h', () => ({ $list: choices.several(0, 3, () => choices.pick(texts)) })],
  ];
  return Object.fromEntries(all.filter(() => !choices.once(8)).map(([key, make]) => [key, make()]));
}

const texts = [
  '', 'a', 'Hello, World', 'x-y_z', '12', '-3.5', ' pad ', 'é世🎉', '<a href="x">&\'', 'line1\nline2\n', 'true', '{"a":[1,null]}', 'k: v\n', '%d%s',
  '/usr/lib/x.tar.gz', 'http://u:p@h:80/p?q=1#f', 'AAAA', '0x1F', '1e3',
] as const;

function definition(choices: Choices, index: number): string {
  // a definition may invoke only those before it: there is no recursion without end
  return `{{ define "d${index}" }}${body(choices, { ...emptyScope, templates: index }, 1)}{{ end }}`;
}

/** Some nodes in a row. Variables that they declare are known to those after them. */
function body(choices: Choices, scope: Scope, depth: number): string {
  let inner = scope;
  let text = '';
  const count = 1 + choices.below(depth + 1);
  for (let index = 0; index < count; index += 1) {
    const made = node(choices, inner, depth);
    text += made.text;
    inner = made.scope ?? inner;
  }
  return text;
}

interface Made {
  readonly text: string;
  /** What is known after it, where it declares something. */
  readonly scope?: Scope;
}

function node(choices: Choices, scope: Scope, depth: number): Made {
  const simple = choices.isExhausted || depth === 0;
  switch (simple ? choices.below(5) : choices.below(13)) {
    case 0:
      return { text: choices.pick(['text ', '\n', 'é', ' ', '  \n\t', '}}', '<b>', 'a{b']) };
    case 1:
    case 2:
    case 3:
      return { text: action(choices, pipeline(choices, scope, depth)) };
    case 4:
      return declaration(choices, scope, depth);
    case 5:
      return { text: choices.pick(['{{/* note */}}', '{{- /* a\nb */ -}}', '{{/* {{ */ -}}', '{{- /**/}}']) };
    case 6:
    case 7:
      return { text: conditional(choices, scope, depth) };
    case 8:
      return { text: withNode(choices, scope, depth) };
    case 9:
    case 10:
      return { text: rangeNode(choices, scope, depth) };
    case 11:
      return { text: scope.templates === 0 ? 'none' : action(choices, `template "d${choices.below(scope.templates)}" ${operand(choices, scope, 'any', 1)}`) };
    default:
      return { text: assignment(choices, scope) };
  }
}

function assignment(choices: Choices, { variables: [first, ...others], ...scope }: Scope): string {
  if (first === undefined) return '-';
  const variables: Scope['variables'] = [first, ...others];
  return action(choices, `${choices.pick([first, ...others]).name} = ${pipeline(choices, { ...scope, variables }, 1)}`);
}

/** An action with one of the ways to write its delimiters. */
function action(choices: Choices, inside: string): string {
  const [left, right] = choices.pick([
    ['{{ ', ' }}'],
    ['{{ ', ' }}'],
    ['{{', '}}'],
    ['{{- ', ' }}'],
    ['{{ ', ' -}}'],
    ['{{- ', ' -}}'],
    ['{{\n', '\n}}'],
  ] as const);
  return left + inside + right;
}

const pipeSteps = [
  'print', 'toString', 'toJson', 'quote', 'printf "%v"', 'len', 'default "d"', 'upper', 'list 1', 'eq "a"', 'not', 'kindOf', 'html', 'toYaml', 'ternary 1 2', 'trunc 3', 'join ","',
] as const;

function pipeline(choices: Choices, scope: Scope, depth: number): string {
  const start = expression(choices, scope, choices.pick(['any', 'string', 'string', 'int', 'bool', 'list', 'dict', 'float', 'integer', 'strings'] as const), depth);
  const steps = choices.several(0, choices.once(3) ? 2 : 0, () => choices.pick(pipeSteps));
  return [start, ...steps].join(' | ');
}

function declaration(choices: Choices, scope: Scope, depth: number): Made {
  const name = `$v${scope.variables.length}`;
  const kind = choices.pick(['string', 'int', 'list', 'dict', 'any', 'bool', 'integer', 'float'] as const);
  return { text: action(choices, `${name} := ${expression(choices, scope, kind, depth)}`), scope: { ...scope, variables: [...scope.variables, { name, kind }] } };
}

function conditional(choices: Choices, scope: Scope, depth: number): string {
  const condition = (): string => expression(choices, scope, choices.pick(['bool', 'any', 'string', 'list'] as const), 2);
  const branches = [`${action(choices, `if ${condition()}`)}${body(choices, scope, depth - 1)}`];
  for (const _ of choices.several(0, 1, () => 0)) branches.push(`${action(choices, `else if ${condition()}`)}${body(choices, scope, depth - 1)}`);
  if (choices.once(2)) branches.push(`${action(choices, 'else')}${body(choices, scope, depth - 1)}`);
  return branches.join('') + action(choices, 'end');
}

function withNode(choices: Choices, scope: Scope, depth: number): string {
  const value = choices.once(2) ? field(choices, scope) : expression(choices, scope, choices.pick(['any', 'dict', 'string'] as const), 2);
  const otherwise = choices.once(3) ? `${action(choices, 'else')}${body(choices, scope, depth - 1)}` : '';
  return `${action(choices, `with ${value}`)}${body(choices, { ...scope, isRoot: false }, depth - 1)}${otherwise}${action(choices, 'end')}`;
}

function rangeable(choices: Choices, scope: Scope): string {
  switch (choices.below(5)) {
    case 0:
      return expression(choices, scope, 'list', 2);
    case 1:
      return expression(choices, scope, 'dict', 2);
    case 2:
      return field(choices, scope);
    case 3:
      return literal(choices, 'small');
    default:
      return `list ${textLiteral(choices)} ${textLiteral(choices)}`;
  }
}

function rangeNode(choices: Choices, scope: Scope, depth: number): string {
  const value = rangeable(choices, scope);
  const names = choices.several(0, 2, () => '').map((_, index) => `$r${scope.variables.length + index}`);
  const inner: Scope = { ...scope, isRoot: false, inRange: true, variables: [...scope.variables, ...names.map((name) => ({ name, kind: 'any' as const }))] };
  const jump = choices.once(4) ? `${action(choices, 'if eq (print .) "a"')}${action(choices, choices.pick(['break', 'continue']))}${action(choices, 'end')}` : '';
  const otherwise = choices.once(3) ? `${action(choices, 'else')}${body(choices, scope, depth - 1)}` : '';
  return `${action(choices, `range ${names.join(', ')}${names.length > 0 ? ' := ' : ''}${value}`)}${jump}${body(choices, inner, depth - 1)}${otherwise}${action(choices, 'end')}`;
}
