import { readFileSync } from 'node:fs';

/** One finished request, as the API server's audit log has it. Bodies are never logged. */
export interface AuditEntry {
  readonly user: string;
  /** As whom it was done, where that is somebody else. */
  readonly impersonated?: string;
  /** get, list, watch, create, update, patch, delete, deletecollection */
  readonly verb: string;
  /** The plural, e.g. `secrets`. */
  readonly resource: string;
  readonly group: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly uri: string;
  readonly userAgent: string;
  /** The HTTP status. */
  readonly code: number;
  /** Microseconds since the epoch; between the two the request took effect, or did not. */
  readonly received: number;
  readonly completed: number;
}

/** The policy: who did what to which object when, all of it without bodies. Noise of the control plane itself is left out. */
export const auditPolicy = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', nonResourceURLs: ['*'] },
    { level: 'None', users: ['system:apiserver'] },
    { level: 'None', resources: [{ group: 'coordination.k8s.io' }] },
    { level: 'Metadata' },
  ],
});

/** A record of the log as the server writes it, one JSON object a line. */
interface AuditRecord {
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string; readonly apiGroup?: string; readonly subresource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

const writeVerbs: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** All finished requests, in the order they finished. A watch is there once it has ended. */
export function readAuditLog(path: string): readonly AuditEntry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    // the last line may still be written
    .slice(0, -1)
    .map((line) => entryOf(JSON.parse(line) as AuditRecord));
}

/** Writes that took effect: dry runs, refused ones and questions such as access reviews are left out. */
export function isEffectiveWrite(entry: AuditEntry): boolean {
  return writeVerbs.has(entry.verb) && entry.code < 300 && !entry.uri.includes('dryRun=') && !entry.resource.endsWith('reviews') && entry.subresource !== 'token';
}

function entryOf(record: AuditRecord): AuditEntry {
  const { resource = '', apiGroup = '', subresource, namespace, name } = record.objectRef ?? {};
  return {
    user: record.user.username,
    ...(record.impersonatedUser === undefined ? {} : { impersonated: record.impersonatedUser.username }),
    verb: record.verb,
    resource,
    group: apiGroup,
    subresource,
    namespace,
    name,
    uri: record.requestURI,
    userAgent: record.userAgent ?? '',
    code: record.responseStatus?.code ?? 0,
    received: microseconds(record.requestReceivedTimestamp),
    completed: microseconds(record.stageTimestamp),
  };
}

/** RFC 3339 with microseconds since the epoch, which Date would cut to milliseconds. */
export function microseconds(text: string): number {
  const [seconds = '', fraction = ''] = text.replace('Z', '').split('.');
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
