import type { Choices } from './choices.ts';
import { anySignatures, type ExpressionKind, functionSignatures, type ParameterKind, type Signature } from './function-signatures.ts';

/** What the place of an expression knows. */
export interface Scope {
  readonly variables: readonly { readonly name: string; readonly kind: ExpressionKind }[];
  /** Whether dot is the data; it is anything where not. */
  readonly isRoot: boolean;
  readonly inRange: boolean;
  /** How many of the definitions may be invoked. */
  readonly templates: number;
}

export const emptyScope: Scope = { variables: [], isRoot: true, inRange: false, templates: 0 };

/** A command that answers a value of a kind. */
export function expression(choices: Choices, scope: Scope, kind: ExpressionKind, depth: number): string {
  if (depth <= 0 || choices.isExhausted || choices.once(4)) return atom(choices, scope, kind);
  const known = kind === 'any' ? signaturesOfAny(choices) : functionSignatures[kind];
  const signature = known[choices.below(known.length)];
  return signature === undefined ? atom(choices, scope, kind) : call(choices, scope, signature, depth);
}

function signaturesOfAny(choices: Choices): readonly Signature[] {
  if (choices.once(2)) return anySignatures;
  return functionSignatures[choices.pick(['string', 'int', 'list', 'dict', 'bool', 'float', 'integer', 'strings'] as const)];
}

/** An expression that may stand among arguments. */
export function operand(choices: Choices, scope: Scope, kind: ExpressionKind, depth: number): string {
  const text = expression(choices, scope, kind, depth);
  return /[ (]/.test(text) && !/^("[^"]*"|`[^`]*`|\([^()]*\))$/.test(text) ? `(${text})` : text;
}

function call(choices: Choices, scope: Scope, { name, params }: Signature, depth: number): string {
  const same = choices.pick(['string', 'int', 'float', 'integer'] as const);
  const args = params.map((param) => argument(choices, scope, param, { same, depth: depth - 1 }));
  // the last argument may come down the pipe, or the whole may be a chain of its own
  const last = args.at(-1);
  return last !== undefined && choices.once(4) ? `${last} | ${[name, ...args.slice(0, -1)].join(' ')}` : [name, ...args].join(' ');
}

interface Place {
  readonly same: ExpressionKind;
  readonly depth: number;
}

function argument(choices: Choices, scope: Scope, param: ParameterKind, { same, depth }: Place): string {
  switch (param) {
    case 'same':
      return operand(choices, scope, same, depth);
    case 'list or string':
      return operand(choices, scope, choices.pick(['list', 'strings', 'string'] as const), depth);
    case 'fresh':
      return `(dict "${choices.pick(['s', 'x'])}" ${operand(choices, scope, 'any', depth)})`;
    case 'small':
    case 'positive':
    case 'regex':
    case 'format':
    case 'json':
    case 'key':
    case 'kind':
    case 'separator':
      return literal(choices, param);
    default:
      // now and then a value of another kind than the function wants
      return operand(choices, scope, choices.once(40) ? 'any' : param, depth);
  }
}

const literals = {
  small: ['0', '1', '2', '3', '5', '-1'],
  positive: ['1', '2', '3', '7', '10'],
  regex: ['"a"', '`[a-z]+`', '`(\\w)(\\d*)`', '"^$"', '`\\s`', '"x*"', '`(?i)HELLO`', '"[[:alpha:]]"', '`.`', '"("', '`(a|b)+?`', '`\\bl`'],
  format: ['"%v"', '"%d"', '"%s|"', '"%q"', '"%5v|%-5v|"', '"%T"', '"%x"', '"%05.2f"', '"%+v"', '"%#v"', '"%t%%"', '"%c"', '"%e"', '"%U"', '"%08b"', '"%[1]v %[1]T"'],
  json: [`"{\\"a\\":1}"`, '`{"a":{"b":[1,2,{"c":null}]},"s":"x"}`', '`{}`', '`{"n":1e30,"f":0.1}`', '`{"é":"\\u00e9"}`'],
  key: ['"s"', '"x"', '"a"', '"n"', '"missing"', '"_0"', '"m"'],
  kind: ['"string"', '"int"', '"slice"', '"map"', '"float64"', '"bool"', '"invalid"', '"int64"'],
  separator: ['","', '""', '"-"', '" "', '"é"', '"\\n"'],
} as const;

/** A literal of a kind that functions take as such. */
export function literal(choices: Choices, kind: keyof typeof literals): string {
  return choices.pick<string>(literals[kind]);
}

const textLiterals = [
  '"a"', '""', '"Hello World"', '`raw "text"`', '"é世🎉"', '"tab\\tnew\\nline"', '"<&>\'"', '"12"', '"-3.7"', '"\\xff\\x00"', '"a,b,,c"', '"%s"', '"foo_bar-Baz qux"',
  '"/a/b/../c.txt"', '"true"', '"  "', '"QUJD"', '"MFRGG==="', '"1h2m"', '"k: [1, 2]"', '"\\u2028</script>"',
] as const;

/** A string as templates spell it. */
export function textLiteral(choices: Choices): string {
  return choices.pick(textLiterals);
}

function atom(choices: Choices, scope: Scope, kind: ExpressionKind): string {
  const variables = scope.variables.filter((variable) => variable.kind === kind || kind === 'any').map(({ name }) => name);
  const [first, ...others] = variables;
  if (first !== undefined && choices.once(3)) return choices.pick([first, ...others]);
  const root = scope.isRoot ? '.' : '$.';
  switch (kind) {
    case 'string':
      return choices.once(3) ? `${root}${choices.pick(['s', 't', 'y', 'm.s', 'g.s', 'g.b', 'm.m.s'])}` : textLiteral(choices);
    case 'int':
      return choices.pick(['1', '0', '3', '-2', '7', '0x10', '1_000', "'a'", `${root}i`]);
    case 'integer':
      return choices.pick(['1', '5', '-3', '0b101', `${root}i`, `${root}j`, '(int64 9)', '9223372036854775807']);
    case 'float':
      return choices.pick(['1.5', '0.0', '-2.25', '1e3', '1e21', '1e-7', '3.', '.5', `${root}n`, '(float64 "2.5")']);
    case 'bool':
      return choices.pick(['true', 'false', `${root}b`]);
    case 'list':
      return choices.pick([`${root}l`, '(list)', '(list 1 2 3)', '(list "b" "a" "b")', '(list 1.5 nil true "x")', `${root}m.l`, '(until 3)']);
    case 'strings':
      return choices.pick([`${root}h`, '(splitList "," "b,a,c")', '(list "x" | toStrings)']);
    case 'dict':
      return choices.pick([`${root}m`, '(dict)', '(dict "a" 1 "b" "x")', `${root}m.m`, '(dict "s" (dict "a" (list 1 2)))', `${root}g`]);
    default:
      return choices.once(3) ? field(choices, scope) : choices.pick(['1', '"text"', 'true', '1.5', 'nil', '.', '$', "'x'", '(list 1 "a")', '(dict "k" nil)']);
  }
}

/** A field that may or may not be there. */
export function field(choices: Choices, scope: Scope): string {
  const path = choices.pick(['s', 'n', 'b', 'z', 'l', 'm', 'g', 'm.s', 'm.m.s', 'g.s', 'missing', 'missing.x', 'z.x', 'm.missing', 's.x', 'g.missing', 'm.m.z', 'i']);
  const [first, ...others] = scope.variables;
  return choices.pick([scope.isRoot ? '.' : '$.', '.', '$.', first === undefined ? '.' : `${choices.pick([first, ...others]).name}.`]) + path;
}
