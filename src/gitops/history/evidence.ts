import { z } from 'zod';
import type { ApplicationStatus, OperationState, RevisionHistory } from '../../api/application-status.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import type { AwaitedSecret, Evidence } from '../apply/barrier/evidence.ts';
import { infoOf, withInfo } from './operation-info.ts';

/**
 * The entry of `operationState.operation.info` that says which Secrets each revision in the history was brought in on. Argo CD's schema has
 * no place for that in the history itself, and prunes what it does not know; `info` is for what one wants to add.
 */
export const evidenceInfo = 'prelude.dev/evidence';

/** What is shown of one revision. */
export interface RevisionEvidence {
  /** RFC 3339: when the barrier opened. */
  readonly openedAt: string;
  readonly secrets: readonly AwaitedSecret[];
  /** How many Secrets more there were than there was room for. */
  readonly more?: number;
}

/** By the id that the revision has, or is to have, in the history. */
type EvidenceLog = ReadonlyMap<number, RevisionEvidence>;

/** Characters of the names of one revision's Secrets, about 300 of them; and of the whole entry. A list of Applications must stay readable. */
const mostOfOne = 16_384;
const mostOfAll = 49_152;

const wire = z.object({
  opened: z.record(z.string(), z.string()),
  /** `namespace/name@resourceVersion KIND namespace/name`: a Secret that has not changed between revisions stands there once. */
  secrets: z.record(z.string(), z.array(z.int())),
  more: z.record(z.string(), z.int()).default({}),
});

function lineOf({ secret, by, resourceVersion }: AwaitedSecret): string {
  return `${secret}@${resourceVersion}${by === undefined ? '' : ` ${by}`}`;
}

function secretOf(line: string): AwaitedSecret | undefined {
  const [, secret, resourceVersion, by] = /^([^@\s]+)@(\S+)(?: (.+))?$/.exec(line) ?? [];
  if (secret === undefined || resourceVersion === undefined) return undefined;
  return { secret, ...(by === undefined ? {} : { by }), resourceVersion };
}

function printLog(log: EvidenceLog): string {
  const secrets: Record<string, number[]> = {};
  for (const [id, evidence] of log) for (const secret of evidence.secrets) (secrets[lineOf(secret)] ??= []).push(id);
  const more = [...log].flatMap(([id, entry]) => (entry.more === undefined ? [] : [[String(id), entry.more] as const]));
  const opened = Object.fromEntries([...log].map(([id, { openedAt }]) => [id, openedAt]));
  return JSON.stringify({ opened, secrets, ...(more.length === 0 ? {} : { more: Object.fromEntries(more) }) });
}

/** The oldest revisions go first where there is no room for all. */
function bounded(log: EvidenceLog): string | undefined {
  const kept = new Map([...log].toSorted(([a], [b]) => a - b));
  for (const id of [...kept.keys()]) {
    const text = printLog(kept);
    if (text.length <= mostOfAll) return text;
    kept.delete(id);
  }
  return undefined;
}

function parseLog(text: string | undefined): EvidenceLog {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return new Map();
  }
  const { data } = wire.safeParse(value);
  if (data === undefined) return new Map();
  const found = new Map<number, AwaitedSecret[]>(Object.keys(data.opened).map((id) => [Number(id), []]));
  for (const [line, ids] of Object.entries(data.secrets)) {
    const secret = secretOf(line);
    if (secret !== undefined) for (const id of ids) found.get(id)?.push(secret);
  }
  return new Map([...found].map(([id, secrets]) => [id, { openedAt: data.opened[id] ?? '', secrets, ...(data.more[id] === undefined ? {} : { more: data.more[id] }) }]));
}

/** What is on record; what cannot be read is forgotten. */
export function evidenceLog({ operationState }: Pick<ApplicationStatus, 'operationState'>): EvidenceLog {
  return parseLog(infoOf(operationState, evidenceInfo));
}

function revisionEvidence({ at, secrets }: Evidence): RevisionEvidence {
  let room = mostOfOne;
  const kept = secrets.filter((secret) => (room -= lineOf(secret).length) >= 0);
  return { openedAt: formatTimestamp(at), secrets: kept, ...(kept.length === secrets.length ? {} : { more: secrets.length - kept.length }) };
}

/** The id that the next entry of a history gets. */
export function nextId(history: readonly Pick<RevisionHistory, 'id'>[]): number {
  return Math.max(-1, ...history.map(({ id }) => id)) + 1;
}

/** Puts on record what the barrier has opened on. */
export function withEvidence(operation: OperationState, id: number, evidence: Evidence | undefined): OperationState {
  if (evidence === undefined) return operation;
  const log = parseLog(infoOf(operation, evidenceInfo));
  return withInfo(operation, evidenceInfo, bounded(new Map([...log, [id, revisionEvidence(evidence)]])));
}

/**
 * Carries the record over to what is written next: another operation begins without it. Revisions that are no longer in the history are
 * left out, and so is an operation that came to nothing.
 */
export function keepEvidence(before: ApplicationStatus, next: ApplicationStatus): ApplicationStatus {
  const { operationState, history = [] } = next;
  if (operationState === undefined) return next;
  const isSame = operationState.startedAt === before.operationState?.startedAt;
  const ids = new Set([...history.map(({ id }) => id), ...(isSame || infoOf(operationState, evidenceInfo) !== undefined ? [nextId(history)] : [])]);
  const log = new Map([...evidenceLog(before), ...evidenceLog(next)].filter(([id]) => ids.has(id)));
  return { ...next, operationState: withInfo(operationState, evidenceInfo, log.size === 0 ? undefined : bounded(log)) };
}
