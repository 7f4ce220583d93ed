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
  const seen = new Set<unknown>();
  const pending: { readonly at: Node; readonly way: readonly Way[] }[] = [{ at: start, way: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const edge of edges(next.at)) {
      const id = idOf(edge.to);
      const way = [...next.way, edge];
      if (id === home) return way;
      if (seen.has(id)) continue;
      seen.add(id);
      pending.push({ at: edge.to, way });
    }
  }
  return undefined;
}
