import type { Application } from '../../api/application.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import type { Problem, RenderedObject } from '../plan/plan.ts';
import type { SourceTree } from '../source/source-tree.ts';

export interface RenderInput {
  readonly application: Application;
  readonly tree: SourceTree;
  /** The source's `path` inside the tree. */
  readonly path: string;
}

/** A Secret or ConfigMap of the destination namespace that a render takes values from. */
export interface ValueSource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
}

/** Values for the second pass, by `Kind/name/key`. Absent while planning offline: the renderer puts placeholders. */
export type ValuesFromCluster = ReadonlyMap<string, SecretBytes>;

export interface Rendered {
  readonly objects: readonly RenderedObject[];
  readonly problems: readonly Problem[];
}

/**
 * Turns a source into objects. Asynchronous (charts run in workers, kustomize in a child process) and two-pass:
 * `valueSources` says what must be in the cluster first, `render` is then handed it. A renderer never touches a cluster.
 */
export interface Renderer {
  readonly name: string;
  /** Whether this renderer is the one for the source. */
  readonly accepts: (input: RenderInput, signal: AbortSignal) => Promise<boolean>;
  readonly valueSources: (input: RenderInput, signal: AbortSignal) => Promise<readonly ValueSource[]>;
  readonly render: (input: RenderInput, values: ValuesFromCluster | undefined, signal: AbortSignal) => Promise<Rendered>;
}
