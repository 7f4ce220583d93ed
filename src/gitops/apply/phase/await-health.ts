import { assessHealth, hasHealthRule } from '../../health/assess-health.ts';
import { healthy, progressing } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import { summarise } from './apply-phase.ts';
import { formatRef, keyOfRef, refKey } from '../object/object-ref.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { apiVersionOf } from '../../../kube/resource-types.ts';
import type { PhaseName } from '../../plan/plan.ts';
import type { Stop, SyncRun } from '../sync-run.ts';

/** An object that is not healthy, and why. */
interface Unhealthy {
  readonly object: PreparedObject;
  readonly health: Health;
}

/** Whether the Application has a health check of its own for an object: of that the cache knows nothing. */
function isCoveredByRules({ deps }: SyncRun, { type, ref }: PreparedObject): boolean {
  return deps.memory.rules?.rules.covers({ apiVersion: apiVersionOf(type), kind: ref.kind }) === true;
}

/** What was found good by other health checks is not good by these. */
function forgetOtherRules({ deps: { memory } }: SyncRun): void {
  const text = memory.rules?.text;
  if (memory.confirmedBy !== text) memory.confirmed.clear();
  memory.confirmedBy = text;
}

/**
 * The health of an object as the API server has it now. Only what the cache shows as under way is believed without a read:
 * an event will follow. What it shows as healthy is read once per resourceVersion, and a failure that is acted on must be today's.
 */
async function freshHealth(run: SyncRun, object: PreparedObject): Promise<Health> {
  const { cluster, live, memory } = run.deps;
  const key = refKey(object.ref);
  const isCovered = isCoveredByRules(run, object);
  const seen = live.look(object.type, keyOfRef(object.ref));
  if (typeof seen === 'object') {
    if (memory.confirmed.get(key) === seen.resourceVersion) return isCovered ? healthy : (seen.health ?? healthy);
    if (!isCovered && seen.health?.status === 'Progressing') return seen.health;
  }
  const found = await cluster.get(object.type, keyOfRef(object.ref), run.signal);
  if (found === undefined) return progressing('it is not there');
  const health = memory.rules?.rules.assess(found) ?? assessHealth(found);
  if (health.status === 'Healthy') memory.confirmed.set(key, found.metadata.resourceVersion ?? '');
  return health;
}

function describe({ object, health }: Unhealthy): string {
  return `${formatRef(object.ref)}: ${health.message === '' ? health.status : health.message}`;
}

/**
 * Waits until objects are healthy: undefined once they are. Suspended counts as healthy, as in Argo CD: somebody wants it so.
 * A cluster that only records objects runs nothing, so there is nothing to wait for.
 */
export async function awaitHealth(run: SyncRun, phase: PhaseName, objects: readonly PreparedObject[]): Promise<Stop | undefined> {
  if (run.deps.cluster.kind === 'recorded') return undefined;
  forgetOtherRules(run);
  const unhealthy: Unhealthy[] = [];
  for (const object of objects) {
    if (!isCoveredByRules(run, object) && !hasHealthRule({ apiVersion: apiVersionOf(object.type), kind: object.ref.kind })) continue;
    const health = await freshHealth(run, object);
    if (health.status !== 'Healthy' && health.status !== 'Suspended') unhealthy.push({ object, health });
  }
  const degraded = unhealthy.filter(({ health }) => health.status === 'Degraded');
  if (degraded.length > 0) return { kind: 'failed', phase, message: summarise(degraded.map(describe)) };
  return unhealthy.length === 0 ? undefined : { kind: 'waiting', phase, message: `waiting for ${summarise(unhealthy.map(describe))}` };
}
