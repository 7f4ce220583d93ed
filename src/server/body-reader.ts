import type { Readable } from 'node:stream';
import { createSemaphore } from '../lib/semaphore.ts';

export interface BodyBounds {
  /** Bytes of one body. */
  readonly largest: number;
  /** Bytes of all bodies that are held at the same moment. */
  readonly together: number;
  /** How many are read at once; the others wait, unread. */
  readonly atOnce: number;
}

/**
 * Reads the body of a request and makes something of it. It counts until that is done.
 * @throws what `use` throws; Error where the body broke off; the signal's reason where it aborts before there was room
 */
export type ReadBody = <T>(request: Pick<Readable, 'iterator'>, use: (body: Buffer) => T, signal: AbortSignal) => Promise<T | 'too large' | 'busy'>;

/** Makes a reader whose bounds hold for all requests together, so that no number of them fills the memory. */
export function createBodyReader({ largest, together, atOnce }: BodyBounds): ReadBody {
  const turns = createSemaphore(atOnce);
  let held = 0;
  return (request, use, signal) =>
    turns.run(async () => {
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        // not destroyed: an answer goes the same way back
        for await (const chunk of request.iterator({ destroyOnReturn: false })) {
          const part = Buffer.from(chunk);
          size += part.length;
          held += part.length;
          if (size > largest) return 'too large';
          if (held > together) return 'busy';
          chunks.push(part);
        }
        return use(Buffer.concat(chunks));
      } finally {
        held -= size;
      }
    }, signal);
}
