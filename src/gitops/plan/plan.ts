import type { KubeObject } from '../../api/object.ts';
import type { SopsFormat } from '../../seal/sops/read-sops.ts';
import type { ValueSource } from './value-source.ts';

/** Where in the repository something stands. `file` is relative to the repository's root, `line` counts from 1. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

/** A path inside a rendered object whose value came from a Secret: it is redacted wherever the object is shown. */
export type TaintedPath = readonly (string | number)[];

/** Where the ciphertext of an object stands that is encrypted with SOPS. Its MAC is over the whole file, so all of it is kept. */
export interface SopsSource {
  readonly content: Uint8Array;
  readonly format: SopsFormat;
  /** Which of its documents the object is, counted from 0. */
  readonly document: number;
}

/** A value of a Secret that is a whole file of SOPS by itself. */
export interface SopsEntry {
  readonly field: 'data' | 'stringData';
  readonly key: string;
  readonly source: SopsSource;
}

/** One object that a renderer produced. */
export interface RenderedObject {
  readonly object: KubeObject;
  readonly origin: Origin;
  readonly taint: readonly TaintedPath[];
  /** The line of a field of the object; absent where a renderer cannot tell (a chart's output). */
  readonly lineOf?: (path: string) => number;
  /** Encrypted with SOPS: it is decrypted where it is written, and only there. What `taint` names are ciphertexts until then. */
  readonly sops?: SopsSource;
  /** Values of a Secret that are files of SOPS, decrypted in the same way. */
  readonly sopsEntries?: readonly SopsEntry[];
  /** Some of it depends on values from Secrets or ConfigMaps as a chart was rendered; before they are read there are placeholders, and it must not be written. */
  readonly holdsValues?: true;
  /** The namespace was filled in for a kind whose scope only the cluster knows: it does not belong there if the kind is cluster-scoped. */
  readonly namespaceAssumed?: true;
  /** Only the cluster tells whether objects of its kind have a namespace, whether this one names one or not. */
  readonly scopeUnknown?: true;
  /** What must be there before this object is written, beyond what the barrier waits for: Secrets that others make as they run. */
  readonly awaits?: readonly ResolvedNeed[];
}

/** The phases of a plan, in order. A plan has all of them; any may be empty. The last three are hooks that a sync which succeeds never runs. */
export const phaseNames = ['namespace', 'plumbing', 'secrets', 'barrier', 'crds', 'preSync', 'waves', 'postSync', 'prune', 'syncFail', 'preDelete', 'postDelete'] as const;
export type PhaseName = (typeof phaseNames)[number];

/** Something a workload reads from a Secret. */
export interface Consumer {
  readonly kind: string;
  readonly name: string;
  readonly origin: Origin;
  /** The field that names the Secret, e.g. `spec.template.spec.volumes[0].secret`. */
  readonly path: string;
}

/** A Secret, or one key of it, that a rendered object cannot run without. */
export interface Need {
  readonly namespace: string;
  readonly secret: string;
  /** Absent: the Secret as a whole (envFrom, a volume without items, a pull secret). */
  readonly key?: string;
  readonly consumers: readonly Consumer[];
}

/** What makes a Secret, as declared in Git. */
export interface Producer {
  readonly kind: string;
  readonly name: string;
  readonly origin: Origin;
  /** It makes the Secret only as it runs, and is written before who needs that. Absent: it stands before the barrier with all declarations. */
  readonly atRuntime?: MadeAtRuntime;
  /** Keys that the cluster fills in once the object is there: a service account's token. */
  readonly fills?: readonly string[];
}

/** How a Secret comes about that something makes as it runs. */
export interface MadeAtRuntime {
  readonly apiVersion: string;
  /** Of the producer; absent where it has none. */
  readonly namespace?: string;
  /** All of them must be there; `dynamic`: any. */
  readonly keys: readonly string[] | 'dynamic';
  /** It is a hook: its Secret is worth something once it has succeeded in the same operation. */
  readonly isHook: boolean;
  /** What tells that the Secret is of its present spec: its condition Ready, its completion (a Job), or only the Secret itself. */
  readonly tells: 'ready' | 'completion' | 'secret';
}

export type NeedState =
  /** A declared producer has the key. */
  | { readonly state: 'provided'; readonly by: Producer }
  /** Nothing in Git provides it: the plan is refused. */
  | { readonly state: 'missing'; readonly reason: string }
  /** Only the live cluster can tell (keys known only at run time, a Secret made by hand). */
  | { readonly state: 'barrier'; readonly by?: Producer; readonly reason: string };

export type ResolvedNeed = Need & { readonly resolution: NeedState };

/** Something wrong in the repository, and what to do about it. Errors refuse the plan, warnings are printed. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Absent where no file is to blame. */
  readonly origin?: Origin;
  /** The field inside the object. */
  readonly path?: string;
  /** The condition that Argo CD has for it. */
  readonly condition?: 'RepeatedResourceWarning';
}

/** What renders a source, by Argo CD's names. */
export type Tool = 'Helm' | 'Kustomize' | 'Directory';

export interface Phase {
  readonly name: PhaseName;
  /** In the order in which they are written; the prune phase lists nothing here (it is decided against the inventory). */
  readonly objects: readonly RenderedObject[];
}

/** What will be done for one Application at one revision. A pure function of the rendered objects. */
export interface Plan {
  readonly application: { readonly namespace: string; readonly name: string };
  /** The commit, or `worktree` for files that are not committed. */
  readonly revision: string;
  /** Where the objects go unless they say otherwise. */
  readonly namespace: string;
  readonly phases: readonly Phase[];
  readonly needs: readonly ResolvedNeed[];
  readonly problems: readonly Problem[];
  /** What rendered the sources that have anything to apply, in their order. Absent: by hand. */
  readonly tools?: readonly Tool[];
  /** What charts take values from; their Secrets are among the needs of the Application itself. Absent: nothing. */
  readonly valueSources?: readonly ValueSource[];
}
