import type { ExternalSecret } from '../../api/external-secret.ts';
import { formatDuration } from '../../lib/duration.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import { nextOpening } from '../../secret/sync-window.ts';
import { untimedBy } from '../../controllers/external-secret/refresh-schedule.ts';
import type { RefreshFacts } from './explanation.ts';

/**
 * When the provider is read next because of time alone. The status may lag behind refreshes that found nothing new: then the next
 * one is told as if they had come at every interval.
 * @param now milliseconds since the epoch
 */
export function nextRead({ spec, status }: Pick<ExternalSecret, 'spec' | 'status'>, now: number): RefreshFacts {
  const { refreshPolicy, refreshInterval: interval, syncWindows } = spec;
  const last = status.refreshTime ?? undefined;
  const known = last === undefined ? {} : { last };
  const reason = untimedBy(spec);
  if (reason === 'target') return { ...known, rule: 'never, as nothing is written (creationPolicy None)' };
  if (refreshPolicy === 'CreatedOnce') return { ...known, rule: 'once, when the Secret is made (refreshPolicy CreatedOnce)' };
  if (refreshPolicy === 'OnChange') return { ...known, rule: 'when the object changes (refreshPolicy OnChange)' };
  if (reason === 'immutable') return { ...known, rule: 'when the Secret is made (target.immutable)' };
  if (reason === 'interval') return { ...known, rule: 'when the object changes (refreshInterval 0)' };
  const rule = `every ${formatDuration(interval)}${syncWindows === undefined ? '' : ', within its sync windows'}, and when the object changes`;
  const time = Date.parse(last ?? '');
  if (Number.isNaN(time)) return { ...known, next: formatTimestamp(now), rule };
  const due = time + interval * Math.max(1, Math.ceil((now - time) / interval));
  const at = syncWindows === undefined ? due : nextOpening(syncWindows, due);
  return { ...known, ...(Number.isFinite(at) ? { next: formatTimestamp(at) } : {}), rule };
}
