import type { MadeAtRuntime } from '../plan.ts';

/** A Secret that an object makes as it runs, as its kind or its annotation says. */
export interface RuntimeProduct {
  readonly secret: string;
  /** The object's own where absent. */
  readonly namespace?: string;
  /** Keys that it makes in any case; `dynamic`: only the live Secret can tell. */
  readonly keys: MadeAtRuntime['keys'];
  /** Keys that it may make. */
  readonly mayMake?: readonly string[];
  readonly tells: MadeAtRuntime['tells'];
}
