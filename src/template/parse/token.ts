export type TokenKind =
  | 'error'
  | 'eof'
  | 'text'
  | 'leftDelim'
  | 'rightDelim'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'leftParen'
  | 'rightParen'
  | 'char'
  | 'bool'
  | 'string'
  | 'rawString'
  | 'charConstant'
  | 'number'
  | 'complex'
  | 'identifier'
  | 'field'
  | 'variable'
  | Keyword;

export type Keyword = 'dot' | 'nil' | 'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'range' | 'template' | 'with';

export interface Token {
  readonly kind: TokenKind;
  /** Its text; of an error, the message. */
  readonly text: string;
  /** Offset in bytes. */
  readonly pos: number;
  /** Line it starts on, counted from 1. */
  readonly line: number;
}

/** Words with a meaning of their own. `.` is not among them: it is found by its character. */
export const keywords: ReadonlyMap<string, Keyword> = new Map(
  (['nil', 'block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'] as const).map((word) => [word, word]),
);

/** Whether errors print the token as `<word>`. */
export function isKeyword(kind: TokenKind): boolean {
  return kind === 'dot' || keywords.has(kind);
}
