/**
 * A structure whose texts may go to a terminal: control characters, which could move its cursor or speak for the program, become `?`.
 * What stands in annotations and statuses is other people's.
 */
export function printable<T>(value: T): T;
export function printable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\p{Cc}|\p{Cf}/gu, '?');
  if (Array.isArray(value)) return value.map((item: unknown) => printable(item));
  if (value instanceof Map) return new Map([...value].map(([key, item]: readonly [unknown, unknown]) => [printable(key), printable(item)]));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]: readonly [string, unknown]) => [key, printable(item)]));
  return value;
}
