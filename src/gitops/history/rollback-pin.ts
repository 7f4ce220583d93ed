import { z } from 'zod';
import type { Application } from '../../api/application.ts';
import { sourcesOf } from '../render/render-application.ts';
import { isCommitId } from '../source/git-refs.ts';

/**
 * On an Application: the revision to be at instead of the newest one, while the newest one is still the one that it replaces.
 * `prelude rollback` writes it as JSON; a bare commit does as well, and is completed by the controller. Argo CD refuses to roll back while
 * automation is on; here the pin is the target, so that healing and pruning go on.
 */
export const rollbackAnnotation = 'prelude.dev/rollback-to';

/** A revision that somebody, or the controller itself, has gone back to. */
export interface RollbackPin {
  /** As statuses have it: a commit; of several sources all of them, separated by commas. */
  readonly revision: string;
  /** What the branch stood for: the pin holds while it does. Absent: what it stands for when the controller sees the pin. */
  readonly replaces?: string;
  /** Who asked for it; absent where nobody has said. */
  readonly by?: string;
  /** Why, in one sentence. */
  readonly cause?: string;
  /** The controller's own doing (`prelude.dev/auto-rollback`). */
  readonly automatic?: true;
}

/** What an Application's annotation says; a problem where it cannot be acted on. */
export type ReadPin = { readonly pin?: RollbackPin } | { readonly problem: string };

const revision = z.string().min(1).max(2048);
const pinShape = z.strictObject({
  revision,
  replaces: revision.exactOptional(),
  by: z.string().max(256).exactOptional(),
  cause: z.string().max(1024).exactOptional(),
  automatic: z.literal(true).exactOptional(),
});

/** Reads the annotation, and holds it against the sources: each needs a commit of its own, by all its digits. */
export function readPin(application: Pick<Application, 'metadata' | 'spec'>): ReadPin {
  const text = application.metadata.annotations?.[rollbackAnnotation]?.trim() ?? '';
  if (text === '') return {};
  const pin = parsePin(text);
  if (pin === undefined) return { problem: `annotation ${rollbackAnnotation} is neither a commit nor what prelude rollback writes` };
  const problem = revisionProblem(application, pin.revision);
  return problem === undefined ? { pin } : { problem: `annotation ${rollbackAnnotation}: ${problem}` };
}

function parsePin(text: string): RollbackPin | undefined {
  if (!text.startsWith('{')) return /\s/.test(text) ? undefined : pinShape.safeParse({ revision: text }).data;
  try {
    return pinShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Why an Application cannot be at a revision; undefined where it can. A branch would move, so it is none. */
export function revisionProblem(application: Pick<Application, 'spec'>, wanted: string): string | undefined {
  const sources = sourcesOf(application);
  const parts = wanted.split(',');
  if (parts.length !== sources.length) return `the Application has ${sources.length} sources; name a revision of each, separated by commas`;
  const wrong = sources.findIndex(({ source }, index) => source.chart === undefined && !isCommitId(parts[index] ?? ''));
  return wrong < 0 ? undefined : `${JSON.stringify(parts[wrong])} is not a commit; write all its 40 digits`;
}

/** The annotation of a pin. */
export function printPin(pin: RollbackPin): string {
  return JSON.stringify(pin);
}

/** What becomes of a pin, given what the sources stand for now. */
export type Following =
  /** There is none. */
  | { readonly kind: 'branch' }
  /** It holds. */
  | { readonly kind: 'pinned'; readonly pin: RollbackPin }
  /** It holds, and what it replaces is to be put on record. */
  | { readonly kind: 'completed'; readonly pin: RollbackPin }
  /** A newer commit has come: the branch is followed again. */
  | { readonly kind: 'released'; readonly pin: RollbackPin };

/** @param head what the sources stand for; undefined where Git does not say, and nothing is released on that */
export function followPin(head: string | undefined, pin: RollbackPin | undefined): Following {
  if (pin === undefined) return { kind: 'branch' };
  if (head === undefined) return { kind: 'pinned', pin };
  if (pin.replaces === undefined) return head === pin.revision ? { kind: 'released', pin } : { kind: 'completed', pin: { ...pin, replaces: head } };
  return head === pin.replaces ? { kind: 'pinned', pin } : { kind: 'released', pin };
}

/** For a condition, an Event, a person. @param revision of which it is told; all of it where absent */
export function describePin({ revision: back, replaces, by, cause, automatic }: RollbackPin): string {
  const who = automatic === true ? 'automatically' : by === undefined ? '' : `by ${by}`;
  const instead = replaces === undefined ? '' : ` instead of ${replaces}`;
  return `rolled back to ${back}${instead}${who === '' ? '' : `, ${who}`}${cause === undefined ? '' : `: ${cause}`}`;
}
