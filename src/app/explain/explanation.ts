import type { KeyOrigin } from '../../secret/provenance.ts';

/** All that is known of where a Secret came from and who uses it. None of it is a value. */
export interface Explanation {
  readonly namespace: string;
  readonly name: string;
  /** Absent: there is no such Secret; what is declared is explained nevertheless. */
  readonly secret?: LiveFacts;
  /** Objects that declare it, the one it belongs to first. */
  readonly declarations: readonly DeclarationFacts[];
  /** Who else made it, where no ExternalSecret did: an owner, or those who wrote it last. */
  readonly otherMaker?: string;
  /** What makes it as it runs: a Certificate, a database, an object that says so (`prelude.dev/provides`), … */
  readonly runtimeMakers: readonly string[];
  readonly keys: readonly KeyFacts[];
  readonly consumers: readonly ConsumerFacts[];
  /** PushSecrets that copy it to providers. */
  readonly pushedBy: readonly string[];
  /** What could not be looked up, and why. */
  readonly unknown: readonly string[];
}

export interface LiveFacts {
  /** RFC 3339. */
  readonly createdAt?: string;
  /** When its data was written last. */
  readonly writtenAt?: string;
  /** Names, as the API server has them written down; it is not asked for the values. */
  readonly keys: readonly string[];
}

/** An ExternalSecret that makes the Secret, or would. */
export interface DeclarationFacts {
  readonly kind: 'ExternalSecret';
  readonly name: string;
  /** The ClusterExternalSecret that made it. */
  readonly from?: string;
  readonly creationPolicy: string;
  /** Whether the Secret is this one's; false for a second one that would write the same. */
  readonly owns: boolean;
  readonly condition?: { readonly status: string; readonly reason: string; readonly message: string; readonly since: string };
  readonly git?: GitFacts;
  readonly refresh: RefreshFacts;
}

/** The Application and the commit that an object came from. */
export interface GitFacts {
  /** `namespace/name` */
  readonly application: string;
  readonly repository?: string;
  readonly path?: string;
  /** The commit that the Application was last compared with. */
  readonly revision?: string;
  /** When that commit was deployed, where it is in the history. */
  readonly deployedAt?: string;
  readonly state?: string;
}

export interface RefreshFacts {
  /** When the provider was last read, as the status has it: it may be an hour old while refreshes find nothing new. */
  readonly last?: string;
  /** When it is read next; absent: time causes no read. */
  readonly next?: string;
  /** In words. */
  readonly rule: string;
}

export interface KeyFacts {
  readonly key: string;
  /** Whether the Secret has it. */
  readonly live: boolean;
  readonly origin: KeyOrigin | { readonly kind: 'unknown'; readonly why: string };
  /** When it was read, where that is known. */
  readonly readAt?: string;
}

export interface ConsumerFacts {
  readonly kind: string;
  readonly name: string;
  /** Absent: the Secret as a whole. */
  readonly key?: string;
  /** The field that names the Secret. */
  readonly path: string;
}
