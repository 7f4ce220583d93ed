import type { ObjectKey } from '../../api/object.ts';
import type { BarrierFacts, ProducerFact } from '../../gitops/apply/barrier/barrier.ts';
import { factOf, readSecretView, secretName } from '../../gitops/apply/barrier/secret-facts.ts';
import type { ResolvedNeed } from '../../gitops/plan/plan.ts';
import type { Informer } from '../../kube/informer.ts';
import type { Cluster } from '../../kube/port.ts';
import { LruMap } from '../../lib/lru-map.ts';
import type { SecretView } from '../../secret/currency.ts';
import type { DeclaredSecrets, Maker } from './declared-secrets.ts';
import type { SecretHead } from './secret-head.ts';

/** What is known of the cluster without asking it. */
export interface PodGateView {
  readonly declared: DeclaredSecrets;
  readonly heads: Informer<SecretHead>;
}

/** The needs that something in the cluster declares, and how far that is. */
export interface Observed {
  readonly needs: readonly ResolvedNeed[];
  readonly facts: BarrierFacts;
}

interface Declared {
  readonly secret: Required<ObjectKey>;
  readonly makers: readonly Maker[];
  /** The keys of it that are needed by name. */
  readonly named: readonly string[];
}

/** By the Secret, in one pass: pods name many. Secrets that nothing declares are the kubelet's to wait for, as ever. */
function declaredOf(needs: readonly ResolvedNeed[], { declared }: PodGateView): ReadonlyMap<string, Declared> {
  const secrets = new Map<string, { readonly secret: Required<ObjectKey>; readonly named: string[] }>();
  for (const { namespace, secret: name, key } of needs) {
    const secret = { namespace, name };
    const entry = secrets.get(secretName(secret)) ?? { secret, named: [] };
    if (key !== undefined) entry.named.push(key);
    secrets.set(secretName(secret), entry);
  }
  return new Map([...secrets].flatMap(([name, entry]) => {
    const makers = declared.makersOf(entry.secret);
    return makers.length === 0 ? [] : [[name, { ...entry, makers }]];
  }));
}

/** The first maker that is behind: it says what is waited for, and there may be any number of others. */
function behindOf(secret: string, makers: readonly Maker[], view: SecretView | undefined): readonly ProducerFact[] {
  for (const { name, currency } of makers) {
    const verdict = currency(view);
    if (!verdict.current) return [{ name, secret, current: false, message: verdict.reason }];
  }
  return [];
}

function observedOf(needs: readonly ResolvedNeed[], declared: ReadonlyMap<string, Declared>, views: ReadonlyMap<string, SecretView>): Observed {
  const producers = [...declared].flatMap(([secret, { makers }]) => behindOf(secret, makers, views.get(secret)));
  const secrets = new Map([...views].map(([name, view]) => [name, factOf(view)]));
  return { needs: needs.filter(({ namespace, secret }) => declared.has(secretName({ namespace, name: secret }))), facts: { producers, secrets } };
}

/** From the caches alone. They know no keys: those that are declared, and those that the pod names, are taken to be there. */
export function glance(needs: readonly ResolvedNeed[], view: PodGateView): Observed {
  const declared = declaredOf(needs, view);
  const views = new Map([...declared].flatMap(([name, { secret, makers, named }]): readonly [string, SecretView][] => {
    const metadata = view.heads.get(secret);
    return metadata === undefined ? [] : [[name, { metadata, keys: [...makers.flatMap(({ keys }) => keys), ...named] }]];
  }));
  return observedOf(needs, declared, views);
}

/** Reads Secrets for their keys. What was read is good for all pods as long as the Secret is of that version. */
export class SecretKeys {
  readonly #cluster: Pick<Cluster, 'get'>;
  readonly #known = new LruMap<SecretView>(4_096);

  constructor(cluster: Pick<Cluster, 'get'>) {
    this.#cluster = cluster;
  }

  async read(secret: Required<ObjectKey>, head: SecretHead | undefined, signal: AbortSignal): Promise<SecretView | undefined> {
    const known = this.#known.get(secretName(secret));
    if (known !== undefined && head !== undefined && known.metadata.uid === head.uid && known.metadata.resourceVersion === head.resourceVersion) return known;
    const view = await readSecretView(this.#cluster, secret, signal);
    if (view === undefined) this.#known.delete(secretName(secret));
    else this.#known.set(secretName(secret), view);
    return view;
  }
}

/** From the Secrets themselves, as the barrier reads them, and the declarations as they are watched. */
export async function look(needs: readonly ResolvedNeed[], view: PodGateView, keys: SecretKeys, signal: AbortSignal): Promise<Observed> {
  const declared = declaredOf(needs, view);
  const views = new Map<string, SecretView>();
  for (const [name, { secret }] of declared) {
    const found = await keys.read(secret, view.heads.get(secret), signal);
    if (found !== undefined) views.set(name, found);
  }
  return observedOf(needs, declared, views);
}
