import { z } from 'zod';

/** Colon-separated directories that the operator lets stores read from; the start flag `--file-provider-root` sets it. */
export const rootsVariable = 'PRELUDE_FILE_PROVIDER_ROOTS';

/** `spec.provider.file`. */
export const fileConfig = z
  .strictObject({
    path: z
      .string()
      .max(1024)
      .regex(/^\/[^\0]*$/, 'must be an absolute path')
      .describe('The directory, as the controller sees it: one that the operator allows, or one below.'),
  })
  .describe("Files of a directory of the controller's, for clusters without a network to a provider.");

export type FileConfig = z.output<typeof fileConfig>;

/** The directories that the operator allows; one that is not absolute is none. */
export function rootsOf(environment: ReadonlyMap<string, string>): readonly string[] {
  return (environment.get(rootsVariable) ?? '').split(':').filter((root) => root.startsWith('/'));
}
