import type { Plan } from '../../plan/plan.ts';
import type { SyncDeps, SyncOptions } from '../sync-run.ts';
import { gateIdentity, needsIdentity } from './gate-identity.ts';

const nothing = 'none';

/**
 * What the barriers of plans are about, as it goes on record: keyed hashes, because a declaration may hold a value, and a plain hash of that
 * could be guessed at; hashes of names alone where no key may be had. Undefined for a comparison, which puts nothing on record and makes no key.
 * @param plans what is brought in, and, where its charts take values from the cluster, what they render without those
 */
export async function gateRecord(plans: readonly Plan[], { mode, gateAll }: Pick<SyncOptions, 'mode' | 'gateAll'>, { rollouts }: Pick<SyncDeps, 'rollouts'>, signal: AbortSignal): Promise<string | undefined> {
  if (mode === 'compare') return undefined;
  const isAbout = ({ needs }: Plan): boolean => needs.length > 0 || gateAll;
  const key = plans.some(isAbout) ? await rollouts?.key(signal) : undefined;
  const one = (plan: Plan): string => (key === undefined ? needsIdentity(plan.needs) : `${key.id}.${key.hash(['gate', gateIdentity(plan)])}`);
  return plans.map((plan) => (isAbout(plan) ? one(plan) : nothing)).join(' ');
}

/** Of what is on record, the part of what charts render without values from the cluster. */
export function withoutValues(record: string): string {
  return record.split(' ').at(-1) ?? record;
}
