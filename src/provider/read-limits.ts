/** The bounds of all reading and writing. Times are milliseconds. */
export interface ReadLimits {
  /** The longest a reference waits for others to share its call. */
  readonly window: number;
  /** A batch that is not full leaves once nobody has asked for this long. */
  readonly quiet: number;
  /** Calls in flight at once for each identity; reads, finds and writes count apart. */
  readonly concurrency: number;
  /** How long one call, one connect or one read of credentials may take. */
  readonly deadline: number;
  /** How long one find may take, all its pages together. */
  readonly findDeadline: number;
  /** How long a reference may wait for its turn before it fails; with `deadline`, less than a reconcile may take. */
  readonly patience: number;
  /** The longest that one throttled answer holds an identity back. */
  readonly longestHold: number;
  /** A client that nobody used for this long is disposed. */
  readonly idle: number;
  /** The largest value, in bytes: a Kubernetes Secret holds no more. */
  readonly largestValue: number;
}

export const defaultReadLimits: ReadLimits = {
  window: 20,
  quiet: 10,
  concurrency: 4,
  deadline: 30_000,
  findDeadline: 45_000,
  patience: 60_000,
  longestHold: 60_000,
  idle: 600_000,
  largestValue: 1024 * 1024,
};
