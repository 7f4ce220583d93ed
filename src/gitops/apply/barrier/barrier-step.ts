import { formatKey } from '../../../api/object.ts';
import type { ObjectKey } from '../../../api/object.ts';
import { preparePhase, summarise } from '../phase/apply-phase.ts';
import { decideBarrier } from './barrier.ts';
import type { BarrierFacts, ProducerFact, SecretFact } from './barrier.ts';
import type { DeclarationFacts } from './declaration-facts.ts';
import { awaitedSecrets } from './evidence.ts';
import { formatRef, keyOfRef, refKey } from '../object/object-ref.ts';
import { producerKinds } from './producer-kinds.ts';
import { declaredSecret, readDeclaration, readSecretFact, secretName } from './secret-facts.ts';
import type { DeclaredSecret } from './secret-facts.ts';
import type { ResolvedNeed } from '../../plan/plan.ts';
import { runAll } from '../run-all.ts';
import { phaseObjects, say } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';

/** What the barrier is about: declarations that gate, and Secrets that no such declaration makes. */
interface Gate {
  readonly declared: readonly DeclaredSecret[];
  readonly others: readonly Required<ObjectKey>[];
}

/** Objects of other Applications that make Secrets which this one needs. */
function neighbours({ plan }: SyncRun): readonly DeclaredSecret[] {
  const found = plan.needs.flatMap(({ namespace, secret, resolution }): readonly DeclaredSecret[] => {
    const by = resolution.state === 'missing' ? undefined : resolution.by;
    const kind = producerKinds.find(({ type }) => type.kind === by?.kind);
    if (by === undefined || kind === undefined) return [];
    return [{ ref: { group: kind.type.group, version: kind.type.version, kind: by.kind, namespace, name: by.name }, kind, secret: { namespace, name: secret } }];
  });
  return [...new Map(found.map((declared) => [refKey(declared.ref), declared])).values()];
}

async function gateOf(run: SyncRun): Promise<Gate | Stop> {
  const rendered = phaseObjects(run.plan, 'secrets').filter(({ object }) => producerKinds.some(({ isOne }) => isOne(object)));
  const prepared = await preparePhase(run, 'secrets', rendered);
  if ('kind' in prepared) return prepared;
  const needed = new Map(run.plan.needs.map(({ namespace, secret }) => [secretName({ namespace, name: secret }), { namespace, name: secret }]));
  const declared = prepared.flatMap((object) => declaredSecret(object) ?? []);
  const gating = declared.filter(({ secret }) => run.options.gateAll || needed.has(secretName(secret)));
  const own = new Set(declared.map(({ secret }) => secretName(secret)));
  const theirs = neighbours(run).filter(({ secret }) => !own.has(secretName(secret)));
  const made = new Set([...declared, ...theirs].map(({ secret }) => secretName(secret)));
  return { declared: [...gating, ...theirs], others: [...needed].flatMap(([name, key]) => (made.has(name) ? [] : [key])) };
}

/** What the cache already knows of a declaration that is not ready. A read would only say the same. */
function cachedTrouble(run: SyncRun, { ref, kind: { type }, secret }: DeclaredSecret): ProducerFact | undefined {
  const seen = run.deps.live.look(type, keyOfRef(ref));
  const trouble = (message: string): ProducerFact => ({ name: formatRef(ref), secret: secretName(secret), current: false, message });
  // applied a moment ago: its event is on the way
  if (seen === 'absent' && run.deps.memory.applied.has(refKey(ref))) return trouble('waiting for its first status');
  if (typeof seen !== 'object' || seen.health === undefined || seen.health.status === 'Healthy') return undefined;
  return trouble(seen.health.message);
}

function cachedVersion(run: SyncRun, { ref, kind: { type } }: DeclaredSecret): string | undefined {
  const seen = run.deps.live.look(type, keyOfRef(ref));
  return typeof seen === 'object' ? seen.resourceVersion : undefined;
}

/** What was read before, while the declaration has not changed since. Only what was good is kept, so nothing stays shut for an old reason. */
function remembered(run: SyncRun, declared: DeclaredSecret): DeclarationFacts | undefined {
  const seen = cachedVersion(run, declared);
  const known = run.deps.memory.declarations.get(refKey(declared.ref));
  if (known === undefined || seen === undefined) return undefined;
  // the cache may still be behind what was read
  return seen === known.facts.resourceVersion || seen === known.cached ? known.facts : undefined;
}

function meetsItsNeeds(run: SyncRun, facts: DeclarationFacts): boolean {
  const needs = run.plan.needs.filter(({ namespace, secret }) => secretName({ namespace, name: secret }) === facts.producer.secret);
  const secrets = new Map(facts.secret === undefined ? [] : [[facts.producer.secret, facts.secret]]);
  return decideBarrier(needs, { producers: [facts.producer], secrets }, true).open;
}

async function readAndRemember(run: SyncRun, declared: DeclaredSecret): Promise<DeclarationFacts> {
  const cached = cachedVersion(run, declared);
  const facts = await readDeclaration(run, declared);
  const key = refKey(declared.ref);
  if (!meetsItsNeeds(run, facts)) {
    run.deps.memory.declarations.delete(key);
    return facts;
  }
  run.deps.memory.declarations.set(key, { facts, cached });
  const keys = facts.secret?.keys.size ?? 0;
  const object = { group: '', version: 'v1', kind: 'Secret', ...declared.secret };
  say(run, { phase: 'barrier', kind: 'object', message: `ready with ${keys} ${keys === 1 ? 'key' : 'keys'}`, object });
  return facts;
}

interface Gathered extends BarrierFacts {
  /** All of it was read from the API server just now. */
  readonly isFresh: boolean;
}

/** @param cached whether the cache and what was read before may answer; a barrier never opens on that */
async function gatherFacts(run: SyncRun, gate: Gate, cached: boolean): Promise<Gathered> {
  let isFresh = true;
  const secrets = new Map<string, SecretFact>();
  const keep = (name: string, fact: SecretFact | undefined): void => {
    if (fact !== undefined) secrets.set(name, fact);
  };
  const producerOf = async (declared: DeclaredSecret): Promise<ProducerFact> => {
    const trouble = cached ? cachedTrouble(run, declared) : undefined;
    if (trouble !== undefined) return trouble;
    const known = cached ? remembered(run, declared) : undefined;
    if (known !== undefined) isFresh = false;
    const facts = known ?? (await readAndRemember(run, declared));
    keep(facts.producer.secret, facts.secret);
    return facts.producer;
  };
  const producers = await runAll(run, gate.declared, producerOf);
  await runAll(run, gate.others, async (key) => keep(formatKey(key), await readSecretFact(run, key)));
  return { producers, secrets, isFresh, fillsNothing: run.deps.cluster.kind === 'recorded' };
}

/** What the API server says now of some needs, and of what is declared for them. */
export async function declaredFacts(run: SyncRun, needs: readonly ResolvedNeed[]): Promise<BarrierFacts> {
  const part: SyncRun = { ...run, plan: { ...run.plan, needs }, options: { ...run.options, gateAll: false } };
  const gate = await gateOf(part);
  // a kind that is not served stops the phase that writes it: here nothing is there of it
  return 'kind' in gate ? { producers: [], secrets: new Map() } : gatherFacts(part, gate, false);
}

/**
 * Waits until every Secret and key that the plan's workloads need is there and current. While something is missing, only what
 * has changed is read; once nothing seems to be, all of it is read from the API server, in one go, and that decides. Where all of it
 * has just been read so, it is not read again.
 * @param pass `first`: the one before values are read, which is no evidence of the whole
 */
export async function barrierStep(run: SyncRun, pass: 'own' | 'first' = 'own'): Promise<Stop | undefined> {
  const gate = await gateOf(run);
  if ('kind' in gate) return gate;
  const { plan, options } = run;
  const seen = await gatherFacts(run, gate, true);
  const glance = decideBarrier(plan.needs, seen, options.gateAll);
  const fresh = seen.isFresh ? seen : undefined;
  const facts = glance.open ? (fresh ?? (await gatherFacts(run, gate, false))) : undefined;
  const verdict = facts === undefined ? glance : decideBarrier(plan.needs, facts, options.gateAll);
  if (verdict.open) {
    if (pass === 'own') run.deps.memory.evidence = { target: options.target, at: run.deps.clock.now(), secrets: facts === undefined ? [] : awaitedSecrets(plan.needs, facts) };
    const count = new Set(plan.needs.map(({ namespace, secret }) => `${namespace}/${secret}`)).size;
    const message = count === 0 ? 'no workload needs a Secret' : `${count} needed ${count === 1 ? 'Secret is' : 'Secrets are'} there and current`;
    say(run, { phase: 'barrier', kind: 'done', message: `open: ${message}` });
    return undefined;
  }
  const message = `waiting for ${summarise(verdict.awaited.map(({ message }) => message))}`;
  say(run, { phase: 'barrier', kind: 'waiting', message });
  return { kind: 'waiting', phase: 'barrier', message };
}
