import { createHash } from 'node:crypto';
import type { Plan, ResolvedNeed } from '../../plan/plan.ts';
import { phaseObjects } from '../sync-run.ts';
import { producerKinds } from './producer-kinds.ts';

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Which Secrets and keys are needed, as one short text; empty where nothing is needed. */
export function needsIdentity(needs: readonly ResolvedNeed[]): string {
  if (needs.length === 0) return '';
  const names = new Set(needs.map(({ namespace, secret, key }) => JSON.stringify([namespace, secret, key ?? null])));
  return digest([...names].toSorted().join('\n'));
}

const known = new WeakMap<Plan, string>();

/** What the barrier of a plan is about: what is needed, and all that is declared to make it. For memory only: a declaration may hold a value. */
export function gateIdentity(plan: Plan): string {
  const kept = known.get(plan);
  if (kept !== undefined) return kept;
  const declared = phaseObjects(plan, 'secrets').flatMap(({ object }) => (producerKinds.some(({ isOne }) => isOne(object)) ? [JSON.stringify([object.kind, object.metadata.namespace, object.metadata.name, object['spec']])] : []));
  const identity = digest([needsIdentity(plan.needs), ...declared.toSorted()].join('\n'));
  known.set(plan, identity);
  return identity;
}
