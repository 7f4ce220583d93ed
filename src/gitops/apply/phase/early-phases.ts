import type { PhaseName } from '../../plan/plan.ts';

/** The phases of what makes Secrets, and of what that takes, in their order: they are written before a revision's barrier. */
export const earlyPhases: readonly PhaseName[] = ['plumbing', 'secrets'];
