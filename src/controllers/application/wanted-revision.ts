import type { Application } from '../../api/application.ts';
import { followPin, readPin } from '../../gitops/history/rollback-pin.ts';
import type { Following } from '../../gitops/history/rollback-pin.ts';
import { currentRevision } from './current-revision.ts';
import type { AskOptions, Polled, RevisionPoller } from './revision-poller.ts';

/** What an Application is to be brought to. */
export interface Wanted extends Polled {
  /** What its sources stand for: another revision while it is rolled back. */
  readonly head?: string;
  readonly following: Following;
  /** Why its pin is not acted on. */
  readonly pinProblem?: string;
}

/** The revision an Application is to be at: what its sources stand for, or the one that it was rolled back to. */
export async function wantedRevision(revisions: RevisionPoller, key: string, application: Pick<Application, 'metadata' | 'spec'>, options: AskOptions = {}): Promise<Wanted> {
  const polled = await currentRevision(revisions, key, application, options);
  const read = readPin(application);
  const following = followPin(polled.revision, 'pin' in read ? read.pin : undefined);
  const isPinned = following.kind === 'pinned' || following.kind === 'completed';
  return {
    ...polled,
    ...(polled.revision === undefined ? {} : { head: polled.revision }),
    ...(isPinned ? { revision: following.pin.revision } : {}),
    following,
    ...('problem' in read ? { pinProblem: read.problem } : {}),
  };
}
