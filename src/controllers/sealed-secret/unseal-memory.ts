import type { UnsealRecord } from '../../api/sealed-secret.ts';
import type { Outcome } from '../../runtime/outcome.ts';

/** What this process knows of each SealedSecret beside its status: by uid, forgotten with the object. */
export class UnsealMemory {
  readonly #records = new Map<string, UnsealRecord>();
  readonly #outcomes = new Map<string, Outcome['kind']>();

  /** What was unsealed last, with the newest version of the Secret that was seen to hold it. */
  record(uid: string): UnsealRecord | undefined {
    return this.#records.get(uid);
  }

  keep(uid: string, record: UnsealRecord): void {
    this.#records.set(uid, record);
  }

  outcome(uid: string): Outcome['kind'] | undefined {
    return this.#outcomes.get(uid);
  }

  conclude(uid: string, outcome: Outcome['kind']): void {
    this.#outcomes.set(uid, outcome);
  }

  forget(uid: string): void {
    this.#records.delete(uid);
    this.#outcomes.delete(uid);
  }
}
