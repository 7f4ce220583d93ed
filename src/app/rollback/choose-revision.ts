import { isDeepStrictEqual } from 'node:util';
import { parseApplication, parseApplicationStatus } from '../../api/application.ts';
import type { RevisionHistory } from '../../api/application-status.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatErrors } from '../../api/schema.ts';
import { revisionProblem, type RollbackPin } from '../../gitops/history/rollback-pin.ts';
import { KubeError } from '../../kube/kube-error.ts';

/** What an Application goes back to. */
export interface RollbackChoice {
  readonly pin: RollbackPin;
  /** Its entry in the history; absent for a commit that was never in. */
  readonly entry?: RevisionHistory;
  /** What is worth knowing before one relies on it. */
  readonly warnings: readonly string[];
}

/**
 * Finds the revision that a person means: an id of the history, the first digits of a commit that is in it, any commit by all its digits; or,
 * where nothing is said, the last one that is another than what is in now.
 * @throws KubeError `invalid`, saying what to write
 */
export function chooseRevision(application: KubeObject, wanted: string | undefined, by: string | undefined): RollbackChoice {
  const parsed = parseApplication(application);
  if (!parsed.ok) throw new KubeError('invalid', `the Application is not valid: ${formatErrors(parsed.errors)}`);
  const status = parseApplicationStatus(application);
  const history = status.history ?? [];
  const newest = history.at(-1)?.revision;
  const compared = status.sync?.revision ?? newest;
  // an automated one is on its way to what it is compared with; another stays at what was brought in last
  const current = parsed.value.spec.syncPolicy.automated === undefined ? (newest ?? compared) : compared;
  const entry = wanted === undefined ? history.findLast(({ revision }) => revision !== undefined && revision !== current) : entryOf(history, wanted);
  const revision = entry?.revision ?? wanted;
  if (revision === undefined) throw new KubeError('invalid', 'there is no earlier revision in the history; name a commit by all its digits');
  if (revision === current) throw new KubeError('invalid', `it is at ${revision} already`);
  const problem = revisionProblem(parsed.value, revision);
  if (problem !== undefined) throw new KubeError('invalid', entry === undefined ? `${wanted ?? ''} is neither an id nor the beginning of a revision in the history, and ${problem}` : `that revision cannot be gone back to: ${problem}`);
  // while the newest commit cannot be read or planned, what is in now is not what the branch stands for: the controller knows that
  const isHead = compared !== undefined && !compared.startsWith('worktree') && status.conditions?.some(({ type }) => type === 'ComparisonError' || type === 'RollbackWarning') !== true;
  if (isHead && revision === compared) throw new KubeError('invalid', `${revision} is the newest commit: a sync brings it in`);
  const pin = { revision, ...(isHead ? { replaces: compared } : {}), ...(by === undefined ? {} : { by }) };
  return { pin, ...(entry === undefined ? {} : { entry }), warnings: warningsAbout(application, entry) };
}

function entryOf(history: readonly RevisionHistory[], wanted: string): RevisionHistory | undefined {
  const numbered = /^\d{1,9}$/.test(wanted) ? history.find(({ id }) => String(id) === wanted) : undefined;
  if (numbered !== undefined) return numbered;
  const begins = history.filter(({ revision }) => wanted.length >= 4 && revision?.startsWith(wanted.toLowerCase()) === true);
  if (new Set(begins.map(({ revision }) => revision)).size > 1) throw new KubeError('invalid', `several revisions of the history begin with ${wanted}; write more digits`);
  return begins.at(-1);
}

/** A pin moves the commit. What the Application itself says stays as it is. */
function warningsAbout(application: KubeObject, entry: RevisionHistory | undefined): readonly string[] {
  const spec: unknown = application['spec'];
  const source: unknown = typeof spec === 'object' && spec !== null && 'source' in spec ? spec.source : undefined;
  const hasMoved = entry?.source !== undefined && source !== undefined && !isDeepStrictEqual(entry.source, source);
  return hasMoved ? ["the Application's source has changed since: that commit is brought in with what the Application says now"] : [];
}
