import type { KubeObject, ObjectKey } from '../api/object.ts';

/** How the API server serves a kind. Built-in ones stand in `resource-types.ts`, others come from discovery. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The lower-case plural of the URL, e.g. `externalsecrets`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Whether status is written through `/status`. Argo CD's Application has none. */
  readonly statusSubresource: boolean;
}

/** Which objects of a type a list or a watch is about. */
export interface Selection {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Ask for PartialObjectMetadata: no spec, no data, no status. */
  readonly metadataOnly?: boolean;
}

/** One page of a list. All pages of one list share a resourceVersion to watch from. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

export type WatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubeObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

/** On whose behalf something is written, for whoever reads the records later. */
export interface WriteCause {
  /** `namespace/name` of the Application. */
  readonly application: string;
  readonly revision: string;
}

/** As whom something is written. */
interface Impersonation {
  /**
   * A user of the API server, whose rights count and whom its audit log names; absent: whoever has opened the cluster. KubeError `invalid` for
   * an empty name. A cluster in a folder knows no users.
   */
  readonly user?: string;
}

export interface WriteOptions extends Impersonation {
  readonly fieldManager: string;
  readonly cause?: WriteCause;
  readonly dryRun?: boolean;
  /** The object is made of secret values, though it is no Secret: what the server says when it refuses it may quote them, and is withheld. */
  readonly holdsValues?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  /** Take over fields that other managers own. */
  readonly force?: boolean;
}

export interface DeleteOptions extends Impersonation {
  readonly cause?: WriteCause;
  /** Preconditions: another object of that name, or a newer version, is left alone (KubeError `conflict`). */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
}

/** The kinds the cluster serves, by apiVersion and kind. */
export interface Discovery {
  readonly find: (apiVersion: string, kind: string) => ResourceType | undefined;
  /** Every `group/version` and `group/version/Kind`, sorted: what Helm calls API versions. A group whose own server is down is there, its kinds may not be. */
  readonly apiVersions: () => readonly string[];
}

export interface AccessQuestion {
  readonly verb: string;
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name?: string;
}

/** About somebody else, who has shown a token. */
export interface CallerQuestion {
  readonly token: string;
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
}

/**
 * The only door to a cluster: a real API server, or the local cluster in a folder.
 * One instance per (cluster, identity). Objects returned are frozen or never shared.
 *
 * Absence is a value: `get` answers undefined, `delete` answers false. All else that goes wrong is a `KubeError`.
 * Every call takes an AbortSignal and has a deadline of its own.
 * Objects come with their managedFields, in lists and watches too: what is kept of them is the reader's to choose, and a
 * projection may need to know who wrote a label.
 */
export interface Cluster {
  /** For people: the context's or the folder's name. */
  readonly name: string;
  /** `recorded` clusters keep objects in a folder and run nothing: no health, no pods. */
  readonly kind: 'kubernetes' | 'recorded';
  /** Undefined where there is no such object; where the kind itself is not served, KubeError `absent`. */
  readonly get: (type: ResourceType, key: ObjectKey, signal: AbortSignal, options?: { readonly metadataOnly?: boolean }) => Promise<KubeObject | undefined>;
  /** Every page of a consistent list; an expired continue token restarts the list as KubeError `expired`. */
  readonly pages: (type: ResourceType, selection: Selection, signal: AbortSignal) => AsyncIterable<Page>;
  /**
   * Events after `resourceVersion`. Ends when the server closes it; KubeError `expired` asks for a new list. A bookmark of that
   * very version may come first: the watch stands.
   */
  readonly watch: (type: ResourceType, selection: Selection, resourceVersion: string, signal: AbortSignal) => AsyncIterable<WatchEvent>;
  /** KubeError `exists` where the name is taken. */
  readonly create: (type: ResourceType, object: KubeObject, options: WriteOptions, signal: AbortSignal) => Promise<KubeObject>;
  /** Replaces the object; metadata.resourceVersion is required. KubeError `conflict` where it is not current. */
  readonly update: (type: ResourceType, object: KubeObject, options: WriteOptions, signal: AbortSignal) => Promise<KubeObject>;
  /** Server-side apply. */
  readonly apply: (type: ResourceType, object: KubeObject, options: ApplyOptions, signal: AbortSignal) => Promise<KubeObject>;
  /**
   * Merge-patches `status`, through the subresource where there is one. `null` removes a field. With `resourceVersion`, KubeError `conflict` where it is not current.
   */
  readonly patchStatus: (
    type: ResourceType,
    key: ObjectKey,
    status: Readonly<Record<string, unknown>>,
    options: WriteOptions & { readonly resourceVersion?: string },
    signal: AbortSignal,
  ) => Promise<KubeObject>;
  /** False where there was nothing to delete. */
  readonly delete: (type: ResourceType, key: ObjectKey, options: DeleteOptions, signal: AbortSignal) => Promise<boolean>;
  /** What the cluster serves. Answers are cached; `fresh` asks again (a CRD may just have been created). */
  readonly discover: (signal: AbortSignal, options?: { readonly fresh?: boolean }) => Promise<Discovery>;
  /** The server's version of Kubernetes, e.g. `v1.34.1`. Answers are cached, as those of `discover`. */
  readonly version: (signal: AbortSignal) => Promise<string>;
  /** A bound service-account token. KubeError `unsupported` on the local cluster. */
  readonly tokenRequest: (
    serviceAccount: Required<ObjectKey>,
    request: { readonly audiences: readonly string[]; readonly expirationSeconds: number },
    signal: AbortSignal,
  ) => Promise<string>;
  /** May we do this? Always true on the local cluster. */
  readonly accessReview: (question: AccessQuestion, signal: AbortSignal) => Promise<boolean>;
  /** May the bearer of a token do this? Absent where the cluster knows no tokens. */
  readonly callerReview?: (question: CallerQuestion, signal: AbortSignal) => Promise<'admitted' | 'refused' | 'unknown'>;
  /** Closes the connection pool. */
  readonly close: () => Promise<void>;
}
