import type { Application } from '../../api/application.ts';
import type { ApplicationSource } from '../../api/application-source.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import type { Problem, RenderedObject, Tool } from '../plan/plan.ts';
import type { ValueSource } from '../plan/value-source.ts';
import type { SourceFile, SourceTree } from '../source/source-tree.ts';
import type { ClusterView } from './cluster-view.ts';

export interface RenderInput {
  readonly application: Application;
  readonly tree: SourceTree;
  /** The source's `path` inside the tree. */
  readonly path: string;
  /** The one of the Application's sources that is rendered. */
  readonly source: ApplicationSource;
  /** Where it stands in the Application: `spec.source`, `spec.sources[1]`. */
  readonly field: string;
  /** The trees of sources with a `ref`, by it. */
  readonly lent: ReadonlyMap<string, SourceTree>;
  /** The cluster that it is rendered for; absent: nobody is asked, and nothing is there. */
  readonly live?: ClusterView;
  /** Why nothing may be fetched from a repository; undefined where it may. Absent: from everywhere. */
  readonly repositoryRefusal?: (repoURL: string) => string | undefined;
}

/** Values for the second pass, by `valueKey`. Absent in the first, and offline: the renderer puts placeholders. */
export type ValuesFromCluster = ReadonlyMap<string, SecretBytes>;

export interface Rendered {
  readonly objects: readonly RenderedObject[];
  readonly problems: readonly Problem[];
  /** What rendered them, in the order of the sources. */
  readonly tools?: readonly Tool[];
}

/**
 * Turns a source into objects. Asynchronous (charts run in workers, kustomize in a child process) and two-pass:
 * `valueSources` says what must be in the cluster first, `render` is then handed it. Of the cluster a renderer sees what `live` shows.
 */
export interface Renderer {
  readonly name: string;
  /** Whether this renderer is the one for the source. */
  readonly accepts: (input: RenderInput, signal: AbortSignal) => Promise<boolean>;
  readonly valueSources: (input: RenderInput, signal: AbortSignal) => Promise<readonly ValueSource[]>;
  readonly render: (input: RenderInput, values: ValuesFromCluster | undefined, signal: AbortSignal) => Promise<Rendered>;
  /** Says that a repository with these files is about to be rendered: what takes long to start may start now. Absent: nothing does. */
  readonly prepare?: (files: readonly SourceFile[]) => void;
  /** Ends what it keeps running; absent: nothing. */
  readonly close?: () => Promise<void>;
}
