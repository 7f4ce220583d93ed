import { z } from 'zod';
import type { ObjectMeta } from '../../api/object.ts';
import { parseArgoDuration } from '../../lib/duration.ts';

/** On an Application: go back to the last healthy revision when a new one is not. `"true"`, or how long a new one may take, like `10m`. */
export const autoRollbackAnnotation = 'prelude.dev/auto-rollback';

/** Ours, on Applications that are rolled back automatically: the last healthy revision, and the last one that was given up. */
export const rollbackRecordAnnotation = 'prelude.dev/rollback-record';

/** When a new revision is given up. */
export interface RollbackPolicy {
  /** Milliseconds from the barrier until it must be healthy. */
  readonly bound: number;
  /** Milliseconds that a word of health must stand: a pod that crashes once while its database starts is not the end of a revision. */
  readonly settle: number;
}

const standardBound = 600_000;
const standardSettle = 30_000;

/** Undefined where nobody has opted in; a problem where what is written cannot be understood. */
export function readPolicy({ annotations = {} }: Pick<ObjectMeta, 'annotations'>): RollbackPolicy | { readonly problem: string } | undefined {
  const text = annotations[autoRollbackAnnotation]?.trim() ?? '';
  if (text === '' || text === 'false') return undefined;
  const bound = text === 'true' ? standardBound : parseArgoDuration(text);
  if (bound === undefined || bound < 1_000) return { problem: `annotation ${autoRollbackAnnotation} is ${JSON.stringify(text.slice(0, 64))}; write "true", "false", or a duration from 1s, like 10m` };
  return { bound, settle: Math.min(standardSettle, bound) };
}

/** What is remembered of an Application's revisions. */
export interface RollbackRecord {
  /** The newest one that was healthy. */
  readonly healthy?: string;
  /** The newest one that was given up: it is not given up twice, whatever a person does with it. */
  readonly bad?: string;
}

const record = z.object({ healthy: z.string().exactOptional(), bad: z.string().exactOptional() });

/** What does not parse is forgotten: then nothing is rolled back before a revision has been healthy again. */
export function readRecord({ annotations = {} }: Pick<ObjectMeta, 'annotations'>): RollbackRecord {
  try {
    return record.safeParse(JSON.parse(annotations[rollbackRecordAnnotation] ?? '{}')).data ?? {};
  } catch {
    return {};
  }
}

export function printRecord({ healthy, bad }: RollbackRecord): string {
  return JSON.stringify({ ...(healthy === undefined ? {} : { healthy }), ...(bad === undefined ? {} : { bad }) });
}
