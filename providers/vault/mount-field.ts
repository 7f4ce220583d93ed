import { z } from 'zod';

/** Where a method of logging in is mounted; it is a part of a path. */
export function mountField(standard: string) {
  return z
    .string()
    .regex(/^[^/\s?#]+(\/[^/\s?#]+)*$/, 'must be a path without / at its begin and end')
    .refine((path) => path.split('/').every((part) => part !== '.' && part !== '..'), 'must not hold . or .. as a part')
    .exactOptional()
    .describe(`Where the method is mounted, \`${standard}\` where absent.`);
}
