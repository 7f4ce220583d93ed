import type { StoredKey } from './key-secret.ts';

/** Which of several keys is the newest. (Source: Sealed Secrets' --key-order-priority.) */
export const keyOrders = ['CertNotBefore', 'SecretCreationTimestamp'] as const;
export type KeyOrder = (typeof keyOrders)[number];

type Aged = Pick<StoredKey, 'name' | 'createdAt'> & { readonly key: { readonly certificate: { readonly notBefore: number; readonly notAfter: number } } };

/** When a key counts as made, by the order: milliseconds since the epoch. */
function orderingTime({ key, createdAt }: Aged, order: KeyOrder): number {
  return order === 'CertNotBefore' ? key.certificate.notBefore : createdAt;
}

/** Keys, the one that seals in front: the newest whose certificate holds now, before all whose does not. Equal ones by name. */
export function inSealingOrder<T extends Aged>(keys: readonly T[], order: KeyOrder, now: number): readonly T[] {
  const holds = ({ key: { certificate } }: T): number => (certificate.notBefore <= now && now <= certificate.notAfter ? 1 : 0);
  return keys.toSorted((a, b) => holds(b) - holds(a) || orderingTime(b, order) - orderingTime(a, order) || (a.name < b.name ? 1 : -1));
}

export interface RenewalPolicy {
  readonly order: KeyOrder;
  /** Milliseconds from one key to the next; 0: none is made but the first. */
  readonly period: number;
  /** Keys from before count as too old; milliseconds since the epoch. Absent: none does. */
  readonly cutoff?: number;
}

/**
 * When the next key is due: milliseconds since the epoch, which may be over; undefined: never.
 *
 * A key is as young as its Secret, or as its certificate where that is younger. So one that somebody brings, however long ago it was
 * issued, is given a whole period from the day it is brought, and is not followed by another at every start. A cutoff in the future is
 * none yet.
 */
export function nextKeyAt(keys: readonly Aged[], { order, period, cutoff }: RenewalPolicy, now: number): number | undefined {
  if (keys.length === 0) return now;
  const newest = Math.max(...keys.map((key) => orderingTime(key, order)));
  // certificates know whole seconds: one that was made for the cutoff, in the very second, is not too old for it
  if (cutoff !== undefined && cutoff <= now && newest < Math.floor(cutoff / 1_000) * 1_000) return now;
  if (period === 0) return undefined;
  return Math.max(...keys.map(({ key, createdAt }) => Math.max(createdAt, Math.min(key.certificate.notBefore, now)))) + period;
}

/** Days that a certificate has before its end is worth a warning. */
const warnWithin = 30 * 86_400_000;

/** What is wrong with the key that seals, for the log; undefined: nothing. */
export function sealingProblem({ key: { certificate }, name }: Aged, now: number): string | undefined {
  const { notBefore, notAfter } = certificate;
  if (now > notAfter) return `the certificate in Secret ${name} has expired: kubeseal refuses it; add a key, or let one be made`;
  if (now < notBefore) return `the certificate in Secret ${name} is not valid yet`;
  return notAfter - now < warnWithin ? `the certificate in Secret ${name} expires on ${new Date(notAfter).toISOString().slice(0, 10)}` : undefined;
}
