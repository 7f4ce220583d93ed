import { z } from 'zod';
import { parseDuration } from '../lib/duration.ts';

/** A Go duration (`1h0m0s`, `90s`, `0`) as a field; parses to milliseconds, never negative. */
export function goDuration(): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> {
  return z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= 0) return ms;
    context.addIssue({ code: 'custom', message: 'must be a duration like 30s, 15m or 1h30m, and not negative' });
    return z.NEVER;
  });
}
