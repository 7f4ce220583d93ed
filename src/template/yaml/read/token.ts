import type { Directive } from './scan-directive.ts';
import type { Tag } from './scan-tag.ts';
import type { Mark } from './source.ts';

type Kind =
  | 'stream end'
  | 'document start'
  | 'document end'
  | 'block list'
  | 'block map'
  | 'block end'
  | '['
  | ']'
  | '{'
  | '}'
  | '-'
  | ','
  | 'key'
  | 'value';

export type Token = { readonly start: Mark } & (
  | { readonly kind: Kind }
  | { readonly kind: 'directive'; readonly directive: Directive }
  | { readonly kind: 'alias' | 'anchor'; readonly name: string }
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'scalar'; readonly text: string; readonly isPlain: boolean }
);

export type TokenKind = Token['kind'];
