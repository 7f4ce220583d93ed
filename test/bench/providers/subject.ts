import type { HttpClient } from '../../../src/lib/http.ts';

/** How many calls there were so far, by operation. Logins count: they are calls, too. */
export type Calls = ReadonlyMap<string, number>;

/** A provider with a server that counts, and what a store needs to ask it. */
export interface Subject extends AsyncDisposable {
  readonly title: string;
  /** `spec.provider` of a store. It names keys of the Secret `credentials`, in the namespace that is told if any. */
  readonly provider: (namespace?: string) => object;
  readonly credentials: Readonly<Record<string, string>>;
  /** Variables of the controller that send an SDK to the server. */
  readonly environment: Readonly<Record<string, string>>;
  /** Leads addresses that are fixed to the server; absent: the store or the environment names it. */
  readonly http?: HttpClient;
  /** A property that a value needs which is one text: where the provider keeps objects only. */
  readonly member?: string;
  readonly set: (key: string, value: string) => void | Promise<void>;
  readonly calls: () => Calls;
  /** How many calls were refused because there were too many. */
  readonly wasted: () => number;
  /** How many calls a second it takes; undefined: all. */
  readonly limit?: (perSecond: number | undefined) => void;
}

/** The calls of a second count that are not in the first. */
export function callsSince(before: Calls, after: Calls): Calls {
  const differences = [...after].map(([operation, count]) => [operation, count - (before.get(operation) ?? 0)] as const);
  return new Map(differences.filter(([, count]) => count > 0));
}

export function totalOf(calls: Calls): number {
  return calls.values().reduce((sum, count) => sum + count, 0);
}

/** `50 BatchGetSecretValue, 1 AssumeRole` */
export function tellCalls(calls: Calls): string {
  return [...calls].map(([operation, count]) => `${count} ${operation}`).join(', ');
}

/** Counts the operations of a log. */
export function countAll(operations: Iterable<string>): Calls {
  const counts = new Map<string, number>();
  for (const operation of operations) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return counts;
}
