import type { KubeObject } from '../api/object.ts';
import type { FieldError } from '../api/schema.ts';

/** What there is to say about an object before it is stored. Nothing of it quotes a value. */
export interface ObjectCheck {
  /** Empty: it may be stored. */
  readonly errors: readonly FieldError[];
  /** What is better written otherwise. */
  readonly warnings: readonly string[];
}

/** Checks an object as the controllers would read it; undefined for kinds that are nobody's here. */
export type CheckObject = (object: KubeObject) => ObjectCheck | undefined;
