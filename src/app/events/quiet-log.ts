import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

/** Tells why something was not taken: never what was sent, and no more often than somebody can read. */
export type TellCause = (source: string, cause: string) => void;

/** Milliseconds in which the same is told once. */
const rest = 10_000;
/** Causes are constant and sources declared, so there are few of them. */
const most = 1_000;

/** Logs causes with how often they came up since they were last told. Whoever floods us with forgeries does not fill the log. */
export function createQuietLog({ log, clock }: { readonly log: Pick<Log, 'warn'>; readonly clock: Pick<Clock, 'monotonic'> }, message: string): TellCause {
  const told = new Map<string, { at: number; since: number }>();
  return (source, cause) => {
    const id = `${source} ${cause}`;
    const now = clock.monotonic();
    const known = told.get(id);
    if (known !== undefined && now - known.at < rest) {
      known.since += 1;
      return;
    }
    if (known === undefined && told.size >= most) told.clear();
    told.set(id, { at: now, since: 0 });
    log.warn({ source, cause, ...(known === undefined || known.since === 0 ? {} : { more: known.since }) }, message);
  };
}
