import type { ObjectKey } from '../../../api/object.ts';
import { runAll } from '../run-all.ts';
import { findType, phaseObjects } from '../sync-run.ts';
import type { SyncRun } from '../sync-run.ts';
import { refKey, refOf } from '../object/object-ref.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import type { MadeAtRuntime, Plan, Producer, ResolvedNeed } from '../../plan/plan.ts';
import { type Awaited, type BarrierFacts, decideBarrier, type ProducerFact, type SecretFact } from './barrier.ts';
import { declaredFacts } from './barrier-step.ts';
import { awaitedSecrets } from './evidence.ts';
import { isHeldAtAll, letThrough, passOf } from './holding.ts';
import { runtimeCurrency } from './runtime-currency.ts';
import { factOf, readSecretView, secretName } from './secret-facts.ts';

type RuntimeProducer = Producer & { readonly atRuntime: MadeAtRuntime };

/** A Secret, and who makes it as it runs. */
interface Making {
  readonly by: RuntimeProducer;
  readonly secret: Required<ObjectKey>;
}

function makingOf({ namespace, secret, resolution }: ResolvedNeed): Making | undefined {
  const by = resolution.state === 'missing' ? undefined : resolution.by;
  return by?.atRuntime === undefined ? undefined : { by: { ...by, atRuntime: by.atRuntime }, secret: { namespace, name: secret } };
}

/** Whether a need is met by what somebody makes as it runs: the barrier does not wait for it, its consumers do. */
export function isMadeAtRuntime(need: ResolvedNeed): boolean {
  return makingOf(need) !== undefined;
}

function idOf({ by: { kind, name, atRuntime }, secret }: Making): string {
  return `${atRuntime.apiVersion} ${kind} ${atRuntime.namespace ?? ''}/${name} ${secretName(secret)}`;
}

/** Whether one object makes what another awaits. */
export function makesFor({ ref, type }: PreparedObject, { awaits = [] }: PreparedObject): boolean {
  return awaits.some((need) => {
    const by = makingOf(need)?.by;
    if (by === undefined || by.kind !== ref.kind || by.name !== ref.name) return false;
    return !type.namespaced || by.atRuntime.namespace === undefined || by.atRuntime.namespace === ref.namespace;
  });
}

function hookKey({ kind, name, atRuntime: { apiVersion, namespace } }: RuntimeProducer): string {
  return refKey(refOf({ apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } }));
}

/** Whether a hook is one of the plan's: another Application's runs when that is brought in. */
export function isOwnHook(plan: Plan, by: RuntimeProducer): boolean {
  const key = hookKey(by);
  return (['preSync', 'waves', 'postSync'] as const).some((phase) => phaseObjects(plan, phase).some(({ object }) => refKey(refOf(object)) === key));
}

/** A hook's work counts in the operation that runs it; where none are run, what it made before does. */
function hookTrouble(run: SyncRun, { by, secret }: Making): string | undefined {
  const { mode, skipHooks, operation, only } = run.options;
  if (!by.atRuntime.isHook || mode !== 'sync' || skipHooks === true || only !== undefined) return undefined;
  const { succeeded } = run.deps.memory;
  const hasSucceeded = succeeded?.operation === operation && [...succeeded.hooks].some((one) => one.endsWith(` ${hookKey(by)}`));
  return isOwnHook(run.plan, by) && !hasSucceeded ? `Secret ${secretName(secret)} is awaited, and the hook has not come to its end` : undefined;
}

async function readMaking(run: SyncRun, making: Making): Promise<{ readonly producer: ProducerFact; readonly secret: SecretFact | undefined }> {
  const { by, secret } = making;
  const { apiVersion, namespace, isHook } = by.atRuntime;
  const name = `${by.kind} ${namespace === undefined ? '' : `${namespace}/`}${by.name}`;
  const fact = (trouble: string | undefined, current: boolean): ProducerFact => ({ name, secret: secretName(secret), current, message: trouble ?? '' });
  const type = await findType(run, { apiVersion, kind: by.kind });
  if (type === undefined) return { producer: fact(`${run.deps.cluster.name} does not serve ${by.kind} (${apiVersion})`, false), secret: undefined };
  // the producer first: a Secret that is newer does no harm
  const key = type.namespaced && namespace !== undefined ? { namespace, name: by.name } : { name: by.name };
  const live = isHook ? undefined : await run.deps.cluster.get(type, key, run.signal);
  const view = await readSecretView(run.deps.cluster, secret, run.signal);
  const hook = isHook ? (hookTrouble(run, making) ?? (view === undefined ? hookSecretTrouble(run, secret) : undefined)) : undefined;
  const { current, message } = isHook ? { current: hook === undefined, message: hook } : runtimeCurrency(live, view, by.atRuntime, secretName(secret));
  if (!current) run.deps.memory.awaitedProducers.set(idOf(making), { type, ...key });
  return { producer: fact(message, current), secret: view === undefined ? undefined : factOf(view) };
}

function hookSecretTrouble({ options: { mode, skipHooks, only } }: SyncRun, secret: Required<ObjectKey>): string {
  const isRun = mode === 'sync' && skipHooks !== true && only === undefined;
  return `Secret ${secretName(secret)} is not there, ${isRun ? 'though the hook has come to its end' : 'and the hook that makes it is run in a sync of everything alone, with hooks'}`;
}

/** What the API server says of needs now, each Secret read once. */
async function gather(run: SyncRun, needs: readonly ResolvedNeed[]): Promise<(own: readonly ResolvedNeed[]) => BarrierFacts> {
  const makings = new Map(needs.flatMap((need) => makingOf(need) ?? []).map((making) => [idOf(making), making]));
  const declared = needs.filter((need) => !isMadeAtRuntime(need));
  const other = declared.length === 0 ? { producers: [], secrets: new Map<string, SecretFact>() } : await declaredFacts(run, declared);
  const read = new Map(await runAll(run, [...makings], async ([id, making]) => [id, await readMaking(run, making)] as const));
  const secrets = new Map(other.secrets);
  for (const { producer, secret } of read.values()) if (secret !== undefined) secrets.set(producer.secret, secret);
  return (own) => {
    const ids = new Set(own.flatMap((need) => makingOf(need) ?? []).map(idOf));
    return { producers: [...other.producers, ...[...read].flatMap(([id, { producer }]) => (ids.has(id) ? [producer] : []))], secrets };
  };
}

/** What needs wait for; empty where all is there and current. */
export async function awaitedOf(run: SyncRun, needs: readonly ResolvedNeed[]): Promise<readonly Awaited[]> {
  const facts = await gather(run, needs);
  const verdict = decideBarrier(needs, facts(needs), false);
  return verdict.open ? [] : verdict.awaited;
}

/**
 * What objects still wait for, by object; those that may be written are not among them. All that they need is read from the API server in one
 * go. One that has been let through for a target is not held up by it again: a producer's later trouble must not block healing.
 */
export async function heldBack(run: SyncRun, objects: readonly PreparedObject[]): Promise<ReadonlyMap<PreparedObject, readonly Awaited[]>> {
  const passed = letThrough(run);
  const asked = isHeldAtAll(run) ? objects.filter((object) => (object.awaits ?? []).length > 0 && !passed.has(passOf(run, object))) : [];
  if (asked.length === 0) return new Map();
  const facts = await gather(run, asked.flatMap(({ awaits = [] }) => awaits));
  const held = new Map<PreparedObject, readonly Awaited[]>();
  for (const object of asked) {
    const { awaits = [] } = object;
    const own = facts(awaits);
    const verdict = decideBarrier(awaits, own, false);
    if (verdict.open) {
      passed.add(passOf(run, object));
      addEvidence(run, awaits, own);
    } else held.set(object, verdict.awaited);
  }
  return held;
}

/** What an object was let through on is part of what its revision was brought in on. */
function addEvidence({ deps: { memory, clock }, options: { target } }: SyncRun, needs: readonly ResolvedNeed[], facts: BarrierFacts): void {
  const evidence = memory.evidence?.target === target ? memory.evidence : { target, at: clock.now(), secrets: [] };
  const needed = new Set(needs.map(({ namespace, secret }) => `${namespace}/${secret}`));
  const found = awaitedSecrets(needs, facts).filter(({ secret }) => needed.has(secret));
  const all = new Map([...evidence.secrets, ...found].map((one) => [`${one.secret} ${one.by ?? ''}`, one]));
  memory.evidence = { ...evidence, secrets: [...all.values()].toSorted((a, b) => (a.secret < b.secret ? -1 : 1)) };
}
