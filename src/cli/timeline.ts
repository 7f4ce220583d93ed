import type { PhaseName } from '../gitops/plan/plan.ts';
import type { ProgressEvent } from '../gitops/apply/progress.ts';
import type { Clock } from '../lib/clock.ts';
import type { Io } from './io.ts';
import { fit, pad, type Style, styleFor } from './style.ts';

/** A line of the timeline: what `up` itself tells, or what the controllers report. */
export interface TimelineLine {
  /** The Application, or what `up` is busy with. */
  readonly subject: string;
  readonly phase: PhaseName | 'setup' | 'plan' | 'done';
  readonly kind: ProgressEvent['kind'];
  readonly message: string;
}

/** Lines with the time since the start, and on a terminal one live line at the bottom with what is being waited for. */
export interface Timeline {
  readonly print: (line: TimelineLine) => void;
  /** Removes the live line. Nothing is printed afterwards. */
  readonly close: () => void;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const clearLine = '\r\u001b[2K';

/** Prints to `io.out`; widths of names are taken from `subjects`, so that the columns stand still. */
export function createTimeline(io: Io, clock: Clock, subjects: readonly string[]): Timeline {
  const style = styleFor(io);
  const startedAt = clock.monotonic();
  const seconds = (): string => `${((clock.monotonic() - startedAt) / 1000).toFixed(2)}s`.padStart(8);
  const subjectWidth = Math.max(6, ...subjects.map((name) => name.length));
  const waiting = new Map<string, string>();
  const live = io.isTerminal && io.env['TERM'] !== 'dumb';
  let frame = 0;
  let closed = false;
  let cancel = (): void => {};

  function drawLive(): void {
    if (!live || closed) return;
    const [first] = waiting;
    if (first === undefined) return;
    const [subject, message] = first;
    const others = waiting.size > 1 ? ` (and ${waiting.size - 1} more)` : '';
    const text = `${style.cyan(spinner[frame % spinner.length] ?? '')}${seconds()}  ${subject} waits: ${message}${others}`;
    io.out.write(clearLine + fit(text, io.columns - 1));
  }

  function tick(): void {
    frame += 1;
    drawLive();
    cancel = clock.after(frameMs, tick);
  }
  if (live) cancel = clock.after(frameMs, tick);

  return {
    print: (line) => {
      if (closed) return;
      if (line.kind === 'waiting') waiting.set(line.subject, line.message);
      else if (line.kind !== 'object' || line.phase !== 'secrets') waiting.delete(line.subject);
      const text = `${style.dim(seconds())}  ${mark(style, line.kind)} ${style.bold(pad(line.subject, subjectWidth))}  ${style.cyan(pad(line.phase, 9))}  ${line.message}`;
      // a message may be long: it is wrapped by the terminal rather than cut, because the end often names the remedy
      io.out.write(`${live ? clearLine : ''}${text}\n`);
      drawLive();
    },
    close: () => {
      closed = true;
      cancel();
      if (live) io.out.write(clearLine);
    },
  };
}

function mark(style: Style, kind: ProgressEvent['kind']): string {
  switch (kind) {
    case 'started':
      return style.dim('·');
    case 'object':
      return style.green('+');
    case 'waiting':
      return style.yellow('…');
    case 'done':
      return style.green('✓');
    case 'failed':
      return style.red('✗');
  }
}
