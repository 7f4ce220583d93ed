/** The candidate that differs least from a name, where it is near enough to be what was meant. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // a third of the letters may be wrong, at least one
  let bound = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bound) continue;
    const distance = editDistance(name, candidate, bound);
    if (distance < bound) {
      bound = distance;
      best = candidate;
    }
  }
  return best;
}

/** How many letters differ (Damerau's distance: two neighbours exchanged count once), without case; `bound` where it is that much or more. */
function editDistance(a: string, b: string, bound: number): number {
  const [one, two] = [a.toLowerCase(), b.toLowerCase()];
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: two.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= two.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (one[i - 1] === two[j - 1] ? 0 : 1);
      const exchanged = i > 1 && j > 1 && one[i - 1] === two[j - 2] && one[i - 2] === two[j - 1] ? (before[j - 2] ?? 0) + 1 : bound;
      next.push(Math.min(changed, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return Math.min(bound, row[two.length] ?? bound);
}
