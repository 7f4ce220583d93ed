import type { Plan } from '../../plan/plan.ts';
import type { SyncDeps, SyncOptions } from '../sync-run.ts';
import { gateIdentity, needsIdentity } from './gate-identity.ts';

/** Another number where the same declarations come to another hash than before. */
const format = 1;

/**
 * What the barriers of plans are about, as it goes on record: for each a hash of what is needed, and a keyed one of all that is declared for
 * that, because a declaration may hold a value, and a plain hash of it could be guessed at. Without a key there are names alone. Undefined for a
 * comparison, which puts nothing on record and makes no key.
 * @param plans what is brought in, and, where its charts take values from the cluster, what they render without those
 */
export async function gateRecord(plans: readonly Plan[], { mode, gateAll }: Pick<SyncOptions, 'mode' | 'gateAll'>, { rollouts }: Pick<SyncDeps, 'rollouts'>, signal: AbortSignal): Promise<string | undefined> {
  if (mode === 'compare') return undefined;
  const isAbout = ({ needs }: Plan): boolean => needs.length > 0 || gateAll;
  const key = plans.some(isAbout) ? await rollouts?.key(signal) : undefined;
  const one = (plan: Plan): string => `${needsIdentity(plan.needs)}${key === undefined ? '' : `:${format}.${key.id}:${key.hash(['gate', gateIdentity(plan)])}`}`;
  return plans.map((plan) => (isAbout(plan) ? one(plan) : 'none')).join(' ');
}

/** Whether two records are of the same gate, or one is not known. What was hashed with another key, or in another way, is told by the names of what is needed. */
export function isSameGate(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  const [[names, way, hash], [otherNames, otherWay, otherHash]] = [one.split(':'), other.split(':')];
  if (names !== otherNames) return false;
  return way === undefined || way !== otherWay || hash === otherHash;
}

/** Of a record, the part of what is brought in. */
export function withValues(record: string | undefined): string | undefined {
  return record?.split(' ')[0];
}

/** Of a record, the part of what charts render without values from the cluster. */
export function withoutValues(record: string | undefined): string | undefined {
  return record?.split(' ').at(-1);
}
