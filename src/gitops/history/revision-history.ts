import type { RevisionHistory, Verbatim } from '../../api/application-status.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import { nextId } from './evidence.ts';

/** A sync that has brought a revision in, whole. */
export interface Deployment {
  readonly revision: string;
  readonly source: Verbatim;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly initiatedBy: NonNullable<RevisionHistory['initiatedBy']>;
}

export interface HistoryOptions {
  /** `spec.revisionHistoryLimit`. 0 keeps the newest, where Argo CD keeps none: what is in is told by it. */
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Adds an entry; the oldest ones go. */
export function addHistory(history: readonly RevisionHistory[], deployment: Deployment, options: HistoryOptions): readonly RevisionHistory[] {
  const entry: RevisionHistory = {
    id: nextId(history),
    revision: deployment.revision,
    source: deployment.source,
    deployStartedAt: deployment.startedAt,
    deployedAt: formatTimestamp(options.now),
    initiatedBy: deployment.initiatedBy,
  };
  return [...history, entry].slice(-Math.max(1, options.limit));
}
