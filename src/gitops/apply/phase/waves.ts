/** The waves in their order; within one, things keep theirs. */
export function wavesOf<T extends { readonly wave: number }>(things: readonly T[]): readonly (readonly T[])[] {
  const waves = Map.groupBy(things, ({ wave }) => wave);
  return [...waves].toSorted(([a], [b]) => a - b).map(([, wave]) => wave);
}
