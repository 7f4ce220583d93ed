import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../../support/parts/audit-log.ts';
import type { ControlPlaneFacts } from '../../support/parts/control-plane.ts';

const ours = 'system:serviceaccount:argocd:prelude';

/** A time of the wall clock, in microseconds, as the API server's log has it. */
export type Moment = number;

export function now(): Moment {
  return (performance.timeOrigin + performance.now()) * 1000;
}

/** What the controller has asked the API server between two moments, in the order in which it was asked. Watches are there once they have ended. */
export function requestsBetween({ auditLog }: ControlPlaneFacts, from: Moment, to: Moment): readonly AuditEntry[] {
  return readAuditLog(auditLog)
    .filter(({ user, received }) => user === ours && received >= from && received <= to)
    .toSorted((a, b) => a.received - b.received);
}

/** Writes that took effect, events apart: the same for whoever makes them. */
export function writesOf(requests: readonly AuditEntry[]): readonly AuditEntry[] {
  return requests.filter((entry) => isEffectiveWrite(entry) && entry.resource !== 'events');
}

/** How often each verb was used on each resource, the most frequent first: `4 patch applications, 2 get secrets`. */
export function countedByVerb(requests: readonly AuditEntry[], per = 1): string {
  const groups = [...Map.groupBy(requests, nameOf)].toSorted(([, a], [, b]) => b.length - a.length);
  return groups.map(([name, { length }]) => `${per === 1 ? length : (length / per).toFixed(2)} ${name}`).join(', ');
}

function nameOf({ verb, resource, subresource, uri, code }: AuditEntry): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what}${uri.includes('dryRun=') ? ' (dry run)' : ''}${code >= 300 ? ` (${code})` : ''}`;
}
