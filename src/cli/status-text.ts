import type { HealthCode, SyncCode } from '../api/application-status.ts';
import type { ApplicationSummary } from '../app/status/application-summary.ts';
import { shortRevision } from '../gitops/source/short-revision.ts';
import { ageText } from './age-text.ts';
import type { Io } from './io.ts';
import { type Style, styleFor, table } from './style.ts';

/** Every Application in a line, for people. @param now milliseconds since the epoch */
export function statusText(applications: readonly ApplicationSummary[], now: number, io: Io): string {
  const style = styleFor(io);
  if (applications.length === 0) return style.dim('There are no Applications.\n');
  const isMixed = new Set(applications.map(({ namespace }) => namespace)).size > 1;
  const rows = applications.map(({ namespace, name, sync, health, revision = '', syncedAt, waitsFor = '' }) => [
    isMixed ? `${namespace}/${name}` : name,
    syncWord(sync, style),
    healthWord(health, style),
    shortRevision(revision),
    syncedAt === undefined ? '' : ageText(syncedAt, now),
    waitsFor.split('\n')[0] ?? '',
  ]);
  return table(['APPLICATION', 'SYNC', 'HEALTH', 'REVISION', 'SYNCED', 'WAITS FOR'].map(style.dim), rows, io.isTerminal ? io.columns : Number.POSITIVE_INFINITY);
}

/** The word of Argo CD, in its colour. */
export function syncWord(sync: SyncCode, style: Style): string {
  return sync === 'Synced' ? style.green(sync) : sync === 'OutOfSync' ? style.yellow(sync) : style.dim(sync);
}

/** The word of Argo CD, in its colour. */
export function healthWord(health: HealthCode, style: Style): string {
  switch (health) {
    case 'Healthy':
      return style.green(health);
    case 'Degraded':
    case 'Missing':
      return style.red(health);
    case 'Progressing':
      return style.cyan(health);
    case 'Suspended':
    case 'Unknown':
      return style.dim(health);
  }
}
