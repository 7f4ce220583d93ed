/** The bounds of all reading and writing. Times are milliseconds. */
export interface ReadLimits {
  /** The longest a reference waits for others to share its call. */
  readonly window: number;
  /** A batch that is not full leaves once nobody has asked for this long. */
  readonly quiet: number;
  /** Calls in flight at once for each identity; reads, finds and writes count apart. */
  readonly concurrency: number;
  /** Where a call of reads carries few references: as many calls in flight as carry so many in all. */
  readonly concurrentRefs: number;
  /** How long one call, one connect or one read of credentials may take. */
  readonly deadline: number;
  /** How long one find may take, all its pages together. */
  readonly findDeadline: number;
  /** How long a reference may wait for its turn before it fails; with `deadline`, less than a reconcile may take. */
  readonly patience: number;
  /** The same while calls are paced and the provider does answer: then waiting is how it gets there. */
  readonly pacedPatience: number;
  /** How long it may wait where the provider asks to slow down and answers nobody. */
  readonly refusedPatience: number;
  /** How many references may wait under one identity; those beyond fail at once. */
  readonly mostWaiting: number;
  /** The longest that one throttled answer holds an identity back. */
  readonly longestHold: number;
  /** A client that nobody used for this long is disposed. */
  readonly idle: number;
  /** The largest value, in bytes: a Kubernetes Secret holds no more. */
  readonly largestValue: number;
  /** How many bytes of values are kept, over all identities. */
  readonly cacheBytes: number;
  /** How long an answer is kept for those who became due before its call began. */
  readonly waveAge: number;
  /** A value whose version is only compared is read in full at every so many refreshes, */
  readonly fullReadEvery: number;
  /** and when its last full read is this long ago. Never kept longer. */
  readonly fullReadAfter: number;
  /** A provider that would not tell versions, or does not let us ask, is tried again after this long; a reference that it refused in batches. */
  readonly probeAgain: number;
}

export const defaultReadLimits: ReadLimits = {
  window: 20,
  quiet: 10,
  concurrency: 8,
  concurrentRefs: 32,
  deadline: 30_000,
  findDeadline: 45_000,
  patience: 60_000,
  pacedPatience: 240_000,
  refusedPatience: 10_000,
  mostWaiting: 100_000,
  longestHold: 60_000,
  idle: 600_000,
  largestValue: 1024 * 1024,
  cacheBytes: 64 * 1024 * 1024,
  waveAge: 120_000,
  fullReadEvery: 10,
  fullReadAfter: 3_600_000,
  probeAgain: 3_600_000,
};
