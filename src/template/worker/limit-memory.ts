import { createHmac, type Hmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { LruMap } from '../../lib/lru-map.ts';
import type { RenderProblem, RenderRequest } from '../renderer.ts';

/** Which jobs of a request went beyond a limit, by their position. */
export type LimitProblems = ReadonlyMap<number, RenderProblem>;

export interface LimitMemoryOptions {
  readonly clock: Clock;
  /** For how long a request is remembered at first; twice as long each time it goes beyond a limit again. */
  readonly firstMs?: number;
  readonly longestMs?: number;
  /** How many jobs are remembered. */
  readonly size?: number;
}

interface Entry {
  readonly problems: LimitProblems;
  readonly until: number;
  readonly ms: number;
}

/**
 * Remembers requests that went beyond a limit, so that whoever asks again is answered at once and no template burns a core by being
 * retried. Of a request it keeps a digest under a key of its own, and the problems, which hold no values.
 */
export class LimitMemory {
  readonly #clock: Clock;
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #key = randomBytes(32);
  readonly #entries: LruMap<Entry>;

  constructor({ clock, firstMs = 30_000, longestMs = 600_000, size = 4_096 }: LimitMemoryOptions) {
    this.#clock = clock;
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#entries = new LruMap(size, ({ problems }) => problems.size);
  }

  /** The problems of a request's jobs that need not be tried again yet. */
  find(request: RenderRequest): LimitProblems | undefined {
    // nothing is hashed where nobody misbehaves
    if (this.#entries.size === 0) return undefined;
    const entry = this.#entries.get(this.#digest(request));
    return entry !== undefined && entry.until > this.#clock.monotonic() ? entry.problems : undefined;
  }

  /** Takes note of how a request ended that `find` had not answered completely. */
  note(request: RenderRequest, problems: LimitProblems): void {
    if (problems.size === 0 && this.#entries.size === 0) return;
    const digest = this.#digest(request);
    if (problems.size === 0) {
      this.#entries.delete(digest);
      return;
    }
    const last = this.#entries.get(digest)?.ms;
    const ms = last === undefined ? this.#firstMs : Math.min(last * 2, this.#longestMs);
    this.#entries.set(digest, { problems, ms, until: this.#clock.monotonic() + ms });
  }

  #digest({ tenant, jobs }: RenderRequest): string {
    const hash = createHmac('sha256', this.#key);
    addText(hash, tenant);
    const maps = new Map<object, number>();
    for (const { name, template, isConfidential, output, shape, data } of jobs) {
      addText(hash, name);
      addBytes(hash, template.reveal());
      // maps that several jobs have are hashed once; an equal map that is another object makes another digest, which does no harm
      const known = maps.get(data);
      addText(hash, `${isConfidential ?? false} ${output ?? 'text'} ${shape ?? 'flat'} ${known ?? 'new'} ${data.size}`);
      if (known !== undefined) continue;
      maps.set(data, maps.size);
      for (const [key, value] of data) {
        addText(hash, key);
        addBytes(hash, value.reveal());
      }
    }
    return hash.digest('base64');
  }
}

function addText(hash: Hmac, text: string): void {
  addBytes(hash, Buffer.from(text, 'utf8'));
}

/** With their length before them, so that no two lists of fields run into the same bytes. */
function addBytes(hash: Hmac, bytes: Uint8Array): void {
  hash.update(`${bytes.length}:`);
  hash.update(bytes);
}
