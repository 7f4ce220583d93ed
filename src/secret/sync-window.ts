import type { SyncWindows } from '../api/sync-windows.ts';
import type { CronSchedule } from '../lib/cron-schedule.ts';
import { parseCron } from '../lib/cron-schedule.ts';

/** How many windows in a row are walked through to find a moment after them; at one a minute, three days. */
const mostSteps = 5_000;

interface Window {
  readonly schedule: CronSchedule;
  readonly duration: number;
}

/**
 * The first moment, not before `at`, at which time may cause a read of the provider: `at` itself where it may now, Infinity where none
 * is in sight. A window is open at its first and at its last millisecond. Without any windows there is nothing that gates.
 * @param at milliseconds since the epoch, as is the result
 */
export function nextOpening({ kind, windows }: SyncWindows, at: number): number {
  const parsed = windows.flatMap(({ schedule: text, duration }) => {
    const schedule = parseCron(text);
    return schedule === undefined ? [] : [{ schedule, duration }];
  });
  if (parsed.length === 0) return at;
  return kind === 'allow' ? Math.min(...parsed.map((window) => nextWithin(window, at))) : nextOutside(parsed, at);
}

/** `at` where the window is open then, or else when it opens next. */
function nextWithin(window: Window, at: number): number {
  return openUntil(window, at) === undefined ? (window.schedule.next(at) ?? Infinity) : at;
}

function nextOutside(windows: readonly Window[], at: number): number {
  let free = at;
  for (let step = 0; step < mostSteps; step += 1) {
    const ends = windows.flatMap((window) => openUntil(window, free) ?? []);
    if (ends.length === 0) return free;
    free = Math.max(...ends) + 1;
  }
  return Infinity;
}

/** When the window that is open at `at` closes: of several, the one that opened first. */
function openUntil({ schedule, duration }: Window, at: number): number | undefined {
  const opened = schedule.next(at - duration - 1);
  return opened !== undefined && opened <= at ? opened + duration : undefined;
}
