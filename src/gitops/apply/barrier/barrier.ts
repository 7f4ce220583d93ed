import type { ResolvedNeed } from '../../plan/plan.ts';

/** What the API server has under the name of a Secret. Key names only: a value never gets this far. */
export interface SecretFact {
  readonly keys: ReadonlySet<string>;
  readonly deleting: boolean;
  readonly resourceVersion: string;
}

/** An object declared in Git that makes a Secret, and whether that Secret is its work and up to date. */
export interface ProducerFact {
  /** `ExternalSecret devnet/seed`. */
  readonly name: string;
  /** `namespace/name` of the Secret that it makes. */
  readonly secret: string;
  readonly current: boolean;
  /** Why it is not current: the message of its condition, of its store's, … Empty where it is. */
  readonly message: string;
}

export interface BarrierFacts {
  readonly producers: readonly ProducerFact[];
  /** By `namespace/name`; absent where there is no such Secret. */
  readonly secrets: ReadonlyMap<string, SecretFact>;
  /** A cluster that only records objects: nobody fills Secrets in there. */
  readonly fillsNothing?: boolean;
}

/** One thing the barrier waits for. */
export interface Awaited {
  /** `namespace/name`. */
  readonly secret: string;
  readonly message: string;
}

export type BarrierVerdict = { readonly open: true } | { readonly open: false; readonly awaited: readonly Awaited[] };

function consumersOf(need: ResolvedNeed): string {
  const names = [...new Set(need.consumers.map(({ kind, name }) => `${kind} ${name}`))];
  const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
  return names.slice(0, 2).join(', ') + more;
}

/** A Secret whose data the cluster fills in is there before they are. */
function filledIn({ resolution }: ResolvedNeed): readonly string[] {
  return resolution.state === 'missing' ? [] : (resolution.by?.fills ?? []);
}

function awaitedOf(need: ResolvedNeed, facts: BarrierFacts, producers: readonly ProducerFact[]): Awaited | undefined {
  const secret = `${need.namespace}/${need.secret}`;
  const behind = producers.find(({ current }) => !current);
  if (behind !== undefined) return { secret, message: `${behind.name}: ${behind.message}` };
  const fact = facts.secrets.get(secret);
  const consumers = consumersOf(need);
  if (fact === undefined) return { secret, message: `Secret ${secret} does not exist (needed by ${consumers})` };
  if (fact.deleting) return { secret, message: `Secret ${secret} is being deleted (needed by ${consumers})` };
  const missing = [...(need.key === undefined ? [] : [need.key]), ...(facts.fillsNothing === true ? [] : filledIn(need))].find((key) => !fact.keys.has(key));
  if (missing !== undefined) return { secret, message: `Secret ${secret} has no key ${missing} (needed by ${consumers})` };
  return undefined;
}

/** Declarations whose Secret nothing needs gate only when the Application says so (`prelude.dev/gate: all`). */
function awaitedProducers(facts: BarrierFacts): readonly Awaited[] {
  return facts.producers.filter(({ current }) => !current).map(({ secret, name, message }) => ({ secret, message: `${name}: ${message}` }));
}

/**
 * The barrier: nothing of a revision's chart is written before every Secret and every key that its workloads need is there,
 * and is the current work of what Git declares for it. A key with an empty value is there.
 * Pure: the facts must come from the API server, not from a cache, for `open` to mean anything.
 */
export function decideBarrier(needs: readonly ResolvedNeed[], facts: BarrierFacts, gateAll: boolean): BarrierVerdict {
  const bySecret = new Map<string, ProducerFact[]>();
  for (const producer of facts.producers) bySecret.set(producer.secret, [...(bySecret.get(producer.secret) ?? []), producer]);
  const found = [...(gateAll ? awaitedProducers(facts) : [])];
  for (const need of needs) {
    const awaited = awaitedOf(need, facts, bySecret.get(`${need.namespace}/${need.secret}`) ?? []);
    if (awaited !== undefined) found.push(awaited);
  }
  const distinct = new Map(found.map((awaited) => [awaited.message, awaited]));
  return distinct.size === 0 ? { open: true } : { open: false, awaited: [...distinct.values()] };
}
