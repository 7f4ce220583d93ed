import type { SopsValue } from './sops-value.ts';

/** A document as SOPS sees it: ordered, typed, with the comments that its rules may ask for. */
export type SopsNode = SopsMap | SopsList | SopsLeaf;

export interface SopsLeaf {
  readonly kind: 'leaf';
  /** null is neither encrypted nor part of the MAC. */
  readonly value: SopsValue | null;
  readonly line: number;
}

export interface SopsItem {
  readonly value: SopsNode;
  /** The comments since the item before. */
  readonly comments: readonly string[];
}

export interface SopsList {
  readonly kind: 'list';
  readonly items: readonly SopsItem[];
}

export interface SopsEntry extends SopsItem {
  readonly key: string;
  readonly line: number;
}

export interface SopsMap {
  readonly kind: 'map';
  readonly entries: readonly SopsEntry[];
}

/** Where in a document a value stands: keys, and indices of lists. */
export type SopsPath = readonly (string | number)[];

/** The key names of a path: what SOPS' rules match and what a ciphertext is bound to. Indices of lists are no part of it. */
export function keysOf(path: SopsPath): readonly string[] {
  return path.filter((step) => typeof step === 'string');
}
