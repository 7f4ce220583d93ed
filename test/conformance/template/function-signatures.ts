/** The kinds of expressions that the generator keeps apart: those that functions take, mostly. */
export type ExpressionKind = 'string' | 'int' | 'integer' | 'float' | 'bool' | 'list' | 'strings' | 'dict' | 'any';

/** Parameters that are not expressions: literals within bounds, and maps that nothing else holds, because they are changed in place. */
export type ParameterKind = ExpressionKind | 'small' | 'positive' | 'regex' | 'format' | 'fresh' | 'json' | 'key' | 'kind' | 'separator' | 'list or string' | 'same';

export interface Signature {
  readonly name: string;
  readonly params: readonly ParameterKind[];
}

/** Reads `name: param, param; name: …`. */
function signatures(rows: string): readonly Signature[] {
  return rows
    .split(';')
    .map((row) => row.trim())
    .filter((row) => row !== '')
    .map((row) => {
      const [name = '', params = ''] = row.split(':');
      // every kind is spelled in this file
      return { name, params: params.split(',').map((param) => param.trim()).filter((param) => param !== '') as ParameterKind[] };
    });
}

/**
 * Functions that answer the same each time, by what they answer. What could answer gigabytes takes only small literals, and what
 * changes a map only a new one: a map that holds itself is the end of Go's process.
 */
export const functionSignatures: Readonly<Record<Exclude<ExpressionKind, 'any'>, readonly Signature[]>> = {
  string: signatures(`
    upper: string; lower: string; title: string; untitle: string; trim: string; nospace: string; initials: string; swapcase: string;
    snakecase: string; camelcase: string; kebabcase: string; repeat: small, string; substr: small, small, string; trunc: int, string;
    trimAll: string, string; trimPrefix: string, string; trimSuffix: string, string; abbrev: int, string; abbrevboth: small, int, string;
    quote: any; quote: any, any; squote: any; cat: any, any; indent: small, string; nindent: small, string; replace: string, string, string;
    plural: string, string, int; wrap: positive, string; wrapWith: positive, string, string; sha1sum: string; sha256sum: string;
    sha512sum: string; adler32sum: string; toString: any; join: separator, list; join: separator, strings; b64enc: string; b64dec: string;
    b32enc: string; b32dec: string; toJson: any; toPrettyJson: any; toRawJson: any; toYaml: any; print: any; print: any, any; println: any, any;
    printf: format, any; printf: format, any, any; html: any; js: any; urlquery: any; default: string, any; default: string, string;
    ternary: string, string, bool; regexFind: regex, string; regexReplaceAll: regex, string, string;
    regexReplaceAllLiteral: regex, string, string; regexQuoteMeta: string; typeOf: any; kindOf: any; base: string; dir: string; clean: string;
    ext: string; osBase: string; osDir: string; osClean: string; osExt: string; urlJoin: dict; hello:; seq: small; seq: small, small; duration: any;
    durationRound: any`),
  int: signatures('len: string; len: list or string; len: dict; int: any; atoi: string; ternary: int, int, bool; toDecimal: any'),
  integer: signatures(`
    add: any, any; add1: any; sub: integer, integer; mul: integer, integer; div: integer, positive; mod: integer, positive; max: integer, integer;
    min: integer, integer; biggest: integer, integer; int64: any; int64: integer`),
  float: signatures(`
    floor: any; ceil: any; round: any, small; addf: float, float; subf: float, float; mulf: float, float; divf: float, float; add1f: float;
    maxf: float, float; minf: float, float; float64: any`),
  bool: signatures(`
    eq: same, same; ne: same, same; lt: same, same; le: same, same; gt: same, same; ge: same, same; eq: any, any; not: any; contains: string, string;
    hasPrefix: string, string; hasSuffix: string, string; empty: any; all: any, any; any: any, any; hasKey: dict, key; has: any, list;
    kindIs: kind, any; typeIs: kind, any; typeIsLike: kind, any; deepEqual: any, any; regexMatch: regex, string; isAbs: string; osIsAbs: string;
    and: bool, bool; or: bool, bool`),
  list: signatures(`
    list: any; list: any, any, any; tuple: any, any; append: list, any; prepend: list, any; reverse: list; uniq: list; without: list, any;
    compact: list; initial: list; rest: list; concat: list, list; slice: list, small; slice: list, small, small; until: small;
    untilStep: small, small, positive; pluck: key, dict, dict; chunk: positive, list; mustAppend: list, any; mustReverse: list; mustUniq: list;
    mustWithout: list, any; mustCompact: list; mustInitial: list; mustRest: list; mustSlice: list, small; mustPrepend: list, any; mustChunk: positive, list`),
  strings: signatures(`
    splitList: separator, string; sortAlpha: list; sortAlpha: strings; toStrings: list; regexFindAll: regex, string, int;
    regexSplit: regex, string, int; mustRegexFindAll: regex, string, int; mustRegexSplit: regex, string, int`),
  dict: signatures(`
    dict: key, any; dict: key, any, key, any; fromJson: json; mustFromJson: json; fromYaml: json; fromYaml: string; fromJson: string;
    set: fresh, key, any; unset: fresh, key; merge: fresh, dict; mergeOverwrite: fresh, dict; mustMerge: fresh, dict; mustMergeOverwrite: fresh, dict;
    pick: dict, key, key; omit: dict, key; deepCopy: dict; mustDeepCopy: dict; split: separator, string; splitn: separator, small, string; urlParse: string`),
};

/** Functions that answer something of a list or a map, of a kind that nothing says. */
export const anySignatures: readonly Signature[] = signatures(`
  index: list, small; index: dict, key; get: dict, key; first: list; last: list; mustFirst: list; mustLast: list; dig: key, any, dict; coalesce: any, any;
  ternary: any, any, bool; default: any, any; and: any, any; or: any, any, any; values: fresh; keys: fresh; fail: string`);

/**
 * Functions whose answers differ from call to call, and those that would take the machine to its knees where a mutation gives them other
 * arguments: no comparison can be made of a template that holds one of these names.
 */
const unrepeatable = new RegExp(
  String.raw`\b(rand\w+|shuffle|uuidv4|now|ago|date\w*|must\w*[dD]ate\w*|htmlDate\w*|toDate|htpasswd|bcrypt|derivePassword|gen[A-Z]\w*|buildCustomCert|` +
    String.raw`encryptAES|decryptAES|pemTo\w+|fullPemTo\w+|pemTruststore\w+|keys|values)\b`,
);

/** Whether Go and we must answer the same to a template, and Go twice. */
export function isRepeatable(text: string): boolean {
  return !unrepeatable.test(text);
}
