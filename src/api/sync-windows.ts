import { z } from 'zod';
import { parseCron } from '../lib/cron-schedule.ts';
import { goDuration } from './go-duration.ts';

/** When time alone may cause a read of the provider. Windows are in UTC. */
export interface SyncWindows {
  /** `allow`: within a window only; `deny`: outside of all windows only. */
  readonly kind: 'allow' | 'deny';
  readonly windows: readonly SyncWindow[];
}

export interface SyncWindow {
  /** Five fields of cron, `@daily` and the like, or `@every 1h30m`. */
  readonly schedule: string;
  /** Milliseconds that the window stays open. */
  readonly duration: number;
}

/** `spec.syncWindows`. */
export const syncWindows: z.ZodType<SyncWindows> = z.strictObject({
  kind: z.enum(['allow', 'deny']).describe('Whether refreshes happen within the windows only, or outside of them only.'),
  windows: z
    .array(
      z.strictObject({
        schedule: z
          .string()
          .min(1)
          .refine((text) => parseCron(text) !== undefined, 'must be a schedule in UTC: five fields of cron, a descriptor like @daily, or @every 1h30m')
          .describe('When a window opens, in UTC: five fields of cron, or a descriptor like @daily.'),
        duration: goDuration().describe('How long it stays open.'),
      }),
    )
    .describe('The windows.'),
});
