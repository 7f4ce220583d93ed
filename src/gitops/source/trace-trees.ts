import type { ResolvedTree, Resolver } from './resolver.ts';

/** The paths that were looked at in a tree, with what stood there. */
export type TreeTrace = ReadonlyMap<string, string | undefined>;

/** A resolver that notes what is read of the trees that it answers, in the order in which they were asked for. */
export interface TracingResolver extends Resolver {
  /** What has been looked at so far. */
  readonly traces: readonly TreeTrace[];
}

export function traceTrees(resolver: Resolver): TracingResolver {
  const traces: Map<string, string | undefined>[] = [];
  return {
    ...resolver,
    traces,
    resolve: async (repoURL, targetRevision, signal) => {
      const tree = await resolver.resolve(repoURL, targetRevision, signal);
      const trace = new Map<string, string | undefined>();
      traces.push(trace);
      return traced(tree, trace);
    },
  };
}

function traced(tree: ResolvedTree, trace: Map<string, string | undefined>): ResolvedTree {
  const note = (path: string): void => {
    if (!trace.has(path)) trace.set(path, tree.fingerprint?.(path));
  };
  return {
    ...tree,
    list: (path, signal) => {
      note(path);
      return tree.list(path, signal);
    },
    leftOut: (path, signal) => {
      note(path);
      return tree.leftOut(path, signal);
    },
    read: (file, signal) => {
      note(file.path);
      return tree.read(file, signal);
    },
  };
}

/** Whether all that was looked at stands in another tree just so. */
export function holdsTrace(tree: Pick<ResolvedTree, 'fingerprint'>, trace: TreeTrace): boolean {
  const { fingerprint } = tree;
  return fingerprint !== undefined && [...trace].every(([path, text]) => text !== undefined && fingerprint(path) === text);
}
