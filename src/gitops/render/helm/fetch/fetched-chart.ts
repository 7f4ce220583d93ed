/** A chart in a repository. */
export interface RepositoryChart {
  readonly repoURL: string;
  readonly chart: string;
}

/** A version that was found, before its archive is fetched. */
export interface FetchedChart {
  readonly version: string;
  /** What finds just this one again: the version, with the digest where one was wanted. It holds no comma. */
  readonly revision: string;
  /** Hex digits of a SHA-256 by which the archive can be kept; absent where the repository tells none. */
  readonly digest?: string;
  /** The archive, checked against every digest that is known of it. @throws SourceError */
  readonly fetch: (signal: AbortSignal) => Promise<Uint8Array>;
}
