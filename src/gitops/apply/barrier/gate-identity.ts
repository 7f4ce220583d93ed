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

/** What makes needed Secrets as it runs, as `kind/name`. Hooks are none of them: they run in syncs alone, and what they made before counts in between. */
function makersOf(needs: readonly ResolvedNeed[]): ReadonlySet<string> {
  return new Set(needs.flatMap(({ resolution }) => (resolution.state === 'missing' || resolution.by?.atRuntime === undefined || resolution.by.atRuntime.isHook ? [] : [`${resolution.by.kind}/${resolution.by.name}`])));
}

const known = new WeakMap<Plan, string>();

/** What the barrier of a plan is about, and what is awaited past it: what is needed, and all that is declared to make it. For memory only: a declaration may hold a value. */
export function gateIdentity(plan: Plan): string {
  const kept = known.get(plan);
  if (kept !== undefined) return kept;
  const declared = phaseObjects(plan, 'secrets').filter(({ object }) => producerKinds.some(({ isOne }) => isOne(object)));
  const makers = makersOf(plan.needs);
  const making = makers.size === 0 ? [] : plan.phases.flatMap(({ objects }) => objects.filter(({ object }) => makers.has(`${object.kind}/${object.metadata.name}`)));
  const texts = [...declared, ...making].map(({ object }) => JSON.stringify([object.kind, object.metadata.namespace, object.metadata.name, object['spec']]));
  const identity = digest([needsIdentity(plan.needs), ...texts.toSorted()].join('\n'));
  known.set(plan, identity);
  return identity;
}
