import type { Random } from '../../../src/lib/random.ts';

/** A whole number from 0 up to another, which it never is. */
export function whole(random: Random, below: number): number {
  return Math.floor(random() * below);
}

export function pick<T>(random: Random, [first, ...others]: readonly [T, ...T[]]): T {
  const index = whole(random, 1 + others.length);
  return index === 0 ? first : (others[index - 1] ?? first);
}
