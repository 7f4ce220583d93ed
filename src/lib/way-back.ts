/** What one node has to do with another. */
export interface Edge<Node> {
  readonly to: Node;
}

/**
 * The edges of a way from a node back to itself, depth first; undefined where there is none.
 * @param idOf what tells a node from another; absent: it does itself
 */
export function wayBack<Node, Way extends Edge<Node>>(start: Node, edges: (from: Node) => readonly Way[], idOf: (node: Node) => unknown = (node) => node): readonly Way[] | undefined {
  const home = idOf(start);
  const cameBy = new Map<unknown, { readonly edge: Way; readonly from: unknown }>();
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const edge of edges(at)) {
      const id = idOf(edge.to);
      if (cameBy.has(id)) continue;
      cameBy.set(id, { edge, from: idOf(at) });
      if (id !== home) pending.push(edge.to);
    }
    if (cameBy.has(home)) return wayTo(home, cameBy);
  }
  return undefined;
}

/** Followed from its end to where it began, which is the same node. */
function wayTo<Way>(home: unknown, cameBy: ReadonlyMap<unknown, { readonly edge: Way; readonly from: unknown }>): readonly Way[] {
  const way: Way[] = [];
  for (let step = cameBy.get(home); step !== undefined; step = step.from === home ? undefined : cameBy.get(step.from)) way.push(step.edge);
  return way.toReversed();
}
