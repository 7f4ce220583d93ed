/** One line of a comparison. */
interface Step {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

/** Lines around a change that are shown with it. */
const context = 3;

/** Two texts further apart than that many lines are told as one taken out and one put in: the search costs the square of it. */
const mostEdits = 500;

/**
 * The hunks of a unified diff (POSIX diff -u, without the two lines that name files); empty where the texts are the same.
 * Both end in a line feed, or are empty.
 */
export function unifiedDiff(before: string, after: string): string {
  const steps = compare(linesOf(before), linesOf(after));
  const changed = steps.flatMap(({ kind }, index) => (kind === ' ' ? [] : [index]));
  const hunks: [number, number][] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    if (last !== undefined && index - last[1] <= 2 * context) last[1] = index;
    else hunks.push([index, index]);
  }
  return hunks.map(([first, last]) => hunkText(steps, Math.max(0, first - context), Math.min(steps.length, last + context + 1))).join('');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function hunkText(steps: readonly Step[], from: number, to: number): string {
  const count = (part: readonly Step[], kind: '-' | '+'): number => part.filter((step) => step.kind === ' ' || step.kind === kind).length;
  const [ahead, hunk] = [steps.slice(0, from), steps.slice(from, to)];
  const range = (kind: '-' | '+'): string => {
    const length = count(hunk, kind);
    return `${count(ahead, kind) + (length === 0 ? 0 : 1)}${length === 1 ? '' : `,${length}`}`;
  };
  return `@@ -${range('-')} +${range('+')} @@\n${hunk.map(({ kind, line }) => `${kind}${line}\n`).join('')}`;
}

function compare(before: readonly string[], after: readonly string[]): readonly Step[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const same = (lines: readonly string[]): readonly Step[] => lines.map((line) => ({ kind: ' ', line }));
  return [...same(before.slice(0, head)), ...compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)), ...same(before.slice(before.length - tail))];
}

/**
 * The shortest way from one to the other (Myers, "An O(ND) Difference Algorithm", 1986): for each number of edits, how far one comes on each
 * diagonal; then back along the way.
 */
function compareMiddle(before: readonly string[], after: readonly string[]): readonly Step[] {
  const trace: Map<number, number>[] = [];
  const reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(before.length + after.length, mostEdits); edits += 1) {
    trace.push(new Map(reach));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = startOn(reach, diagonal, edits);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      reach.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
    }
  }
  return [...before.map((line): Step => ({ kind: '-', line })), ...after.map((line): Step => ({ kind: '+', line }))];
}

/** Whether the way onto a diagonal is by a line that is put in, from the one above; else one is taken out. */
function comesDown(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  return diagonal === -edits || (diagonal !== edits && (reach.get(diagonal - 1) ?? 0) < (reach.get(diagonal + 1) ?? 0));
}

function startOn(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  return comesDown(reach, diagonal, edits) ? (reach.get(diagonal + 1) ?? 0) : (reach.get(diagonal - 1) ?? 0) + 1;
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], before: readonly string[], after: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  let [x, y] = [before.length, after.length];
  for (const [edits, reach] of [...trace.entries()].toReversed()) {
    const diagonal = x - y;
    const isDown = comesDown(reach, diagonal, edits);
    const start = startOn(reach, diagonal, edits);
    for (; x > start; x -= 1) steps.push({ kind: ' ', line: before[x - 1] ?? '' });
    y = start - diagonal;
    if (edits === 0) break;
    if (isDown) {
      y -= 1;
      steps.push({ kind: '+', line: after[y] ?? '' });
    } else {
      x -= 1;
      steps.push({ kind: '-', line: before[x] ?? '' });
    }
  }
  return steps.toReversed();
}
