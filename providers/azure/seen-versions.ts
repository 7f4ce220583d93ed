import type { Clock } from '../../src/lib/clock.ts';
import { LruMap } from '../../src/lib/lru-map.ts';
import type { ObjectProperties, VaultObject } from './vault-object.ts';

interface Seen {
  readonly version: string;
  readonly mark: string;
}

/** Secrets that are remembered. */
const mostSecrets = 20_000;
/**
 * How old the last change of a secret must have been when it was read, in milliseconds. Vaults tell times to the second, so a change in
 * the second of the read would look like none; and their clock and ours may differ.
 */
const settledAfter = 120_000;

/**
 * Which version each secret had at its last read, and what a list said of it then. Lists do not name versions, but a new one has a
 * new time of creation, and any other change a new time of update: where both are as they were, so is the version.
 */
export class SeenVersions {
  readonly #clock: Clock;
  readonly #seen = new LruMap<Seen>(mostSecrets);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of a read of a current version. */
  note(name: string, object: VaultObject): void {
    const { version, updated } = object;
    const mark = markOf(object);
    const isSettled = updated !== undefined && this.#clock.now() - updated >= settledAfter;
    if (version !== undefined && mark !== undefined && isSettled) this.#seen.set(name, { version, mark });
    else this.#seen.delete(name);
  }

  /** Whether a list could tell anything of a secret. */
  knows(name: string): boolean {
    return this.#seen.get(name) !== undefined;
  }

  /** The version that a listed secret has still; undefined where it may be another. */
  confirm(name: string, listed: ObjectProperties): string | undefined {
    const seen = this.#seen.get(name);
    return seen !== undefined && seen.mark === markOf(listed) ? seen.version : undefined;
  }
}

function markOf({ enabled, created, updated }: ObjectProperties): string | undefined {
  return enabled && created !== undefined && updated !== undefined ? `${created} ${updated}` : undefined;
}
