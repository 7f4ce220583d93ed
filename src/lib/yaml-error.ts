/** Text that is not acceptable YAML. The message never quotes the text, because it may hold a secret. */
export class YamlError extends Error {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
  /** The message without the position. */
  readonly problem: string;

  constructor(problem: string, position: { readonly line: number; readonly column: number }) {
    super(`${problem} (line ${position.line}, column ${position.column})`);
    this.name = 'YamlError';
    this.problem = problem;
    this.line = position.line;
    this.column = position.column;
  }
}

/**
 * Our words for the parser's error codes. Its own messages are not used: some of them quote the text.
 * @see https://eemeli.org/yaml/#errors
 */
const problems: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias cannot carry an anchor or a tag',
  BAD_ALIAS: 'an alias or anchor has no valid name',
  BAD_COLLECTION_TYPE: 'a tag does not fit the collection it stands before',
  BAD_DIRECTIVE: 'a % directive is malformed or not known',
  BAD_DQ_ESCAPE: 'invalid escape sequence in a double-quoted string',
  BAD_INDENT: 'wrong indentation, or a bracket or brace is not closed',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place',
  BAD_SCALAR_START: 'a plain value cannot start with this character; quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a nested mapping cannot stand on this line (is a quote or a line break missing?)',
  BLOCK_IN_FLOW: 'block style is not allowed inside brackets or braces',
  IMPOSSIBLE: 'malformed YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a quote, bracket, brace, comma, colon or space is missing',
  MULTILINE_ANCHORS: 'an anchor and its value must stand on one line',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line (is a colon missing?)',
  MULTIPLE_ANCHORS: 'a value has more than one anchor',
  MULTIPLE_TAGS: 'a value has more than one tag',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'tabs cannot be used for indentation',
  TAG_RESOLVE_FAILED: 'a tag is malformed',
  UNEXPECTED_TOKEN: 'unexpected text here',
};

/** What the parser's error code means, for people. */
export function describeYamlProblem(code: string): string {
  return problems[code] ?? 'malformed YAML';
}
