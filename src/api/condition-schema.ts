import { z } from 'zod';
import type { Condition } from './condition.ts';

/** A condition in a status. The API server keeps what is named here and drops the rest. */
export const condition: z.ZodType<Condition> = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().meta({ format: 'date-time' }).default(''),
  observedGeneration: z.int().exactOptional().describe('The generation the condition speaks of.'),
});

/** The generation the status speaks of; our CRDs start it at -1, so that nothing takes an object for judged before it is. */
export const observedGeneration = z.int().exactOptional().describe('The generation the status speaks of; -1 before the first.');
