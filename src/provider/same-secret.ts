import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two texts are the same, in a time that depends on neither. */
export function isSameSecret(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

/** Digests have one length, so that the length of a secret is not told either. */
function digest(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest();
}
