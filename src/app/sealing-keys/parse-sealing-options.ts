import { parseDuration } from '../../lib/duration.ts';
import { UsageError } from '../options.ts';
import { type KeyOrder, keyOrders } from './key-policy.ts';

/** Durations as Go writes them, `0` too. */
export function parsePeriod(flag: string, text: string): number {
  const ms = /^0+$/.test(text) ? 0 : parseDuration(text);
  if (ms === undefined || ms < 0) throw new UsageError(`${flag} ${text}: write a duration such as 720h, or 0`);
  return ms;
}

/** RFC 1123 with a numeric zone, as Sealed Secrets takes it (`date -R`), or RFC 3339. */
export function parseCutoff(flag: string, text: string): number | undefined {
  if (text === '') return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UsageError(`${flag} ${text}: write a time such as "Thu, 26 Nov 2026 10:00:00 +0000" (date -R) or 2026-11-26T10:00:00Z`);
  return ms;
}

export function parseKeyOrder(flag: string, text: string): KeyOrder {
  const order = keyOrders.find((name) => name === text);
  if (order === undefined) throw new UsageError(`${flag} ${text}: write ${keyOrders.join(' or ')}`);
  return order;
}

/** `k=v,k2=v2`. */
export function parsePairs(flag: string, text: string): Readonly<Record<string, string>> {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const cut = pair.indexOf('=');
      if (cut < 1) throw new UsageError(`${flag} ${text}: write name=value, several with a comma`);
      return [pair.slice(0, cut).trim(), pair.slice(cut + 1)];
    }),
  );
}

export function parseWhole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new UsageError(`${flag} ${text}: write a whole number from ${least} to ${most}`);
  return value;
}

/** A name of Secrets without its last five characters. */
export function parseKeyPrefix(flag: string, text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,244}$/.test(text)) throw new UsageError(`${flag} ${text}: write lower-case letters, digits and dashes, 245 at the most`);
  return text;
}

export function parseSwitch(flag: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new UsageError(`${flag} ${text}: write true or false`);
  return text === 'true';
}
