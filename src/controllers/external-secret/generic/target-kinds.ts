import type { ExternalSecretSpec } from '../../../api/external-secret-spec.ts';
import { dataHashAnnotation, managedLabel } from '../../../api/names.ts';
import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import { formatKey, keyOf, parseApiVersion, parseKey } from '../../../api/object.ts';
import type { Informer, InformerOptions } from '../../../kube/informer.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../../kube/port.ts';
import type { Cancel, Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { ReverseIndex } from '../../../lib/reverse-index.ts';
import type { LiveSecret } from '../../../secret/live-secret.ts';
import type { AllowedTargets } from '../../../secret/manifest/allowed-targets.ts';
import { targetProblem } from '../../../secret/manifest/allowed-targets.ts';
import { liveManifest } from '../../../secret/manifest/live-manifest.ts';

/** The kind of a target that is no Secret. */
export type TargetKind = NonNullable<ExternalSecretSpec['manifest']>;

/**
 * What is known of a kind. `pending`: it is being found out, and who asks is told when it is; `absent`: the cluster does not serve it
 * (yet); `refused`: it is not for ExternalSecrets.
 */
export type KindState = { readonly state: 'watched'; readonly type: ResourceType } | { readonly state: 'pending' } | { readonly state: 'absent' | 'refused'; readonly message: string };

export interface TargetKindsOptions {
  readonly cluster: Pick<Cluster, 'discover'>;
  readonly allowed: AllowedTargets;
  readonly startInformer: <T>(options: InformerOptions<T>, signal: AbortSignal) => Informer<T>;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends all watches. */
  readonly signal: AbortSignal;
  /** Something has become known, or has changed, that these ExternalSecrets wait for. */
  readonly wake: (keys: Iterable<ObjectKey>) => void;
}

interface Watch {
  kind: TargetKind;
  state: KindState;
  informer?: Informer<LiveSecret>;
  /** It is one of those that are watched at once, or about to be. */
  hasSlot: boolean;
  readonly end: AbortController;
  /** Next try to find the kind. */
  retry?: Cancel;
}

/** How many kinds are watched at once: each is a connection and a cache. */
const mostKinds = 32;

/** How many of those that are known the ExternalSecrets of one namespace may have brought in. */
const mostOfNamespace = 8;

/** How many kinds are looked for at the most, be they served or not: each look is a request. */
const mostSought = 256;

/** Between looks for a kind that is not served, in milliseconds. */
const lookEvery = 15_000;

/**
 * Watches the kinds that ExternalSecrets make beside Secrets, each as long as one of them does: the objects with the managed label, without
 * their values.
 */
export class TargetKinds {
  readonly #options: TargetKindsOptions;
  readonly #watches = new Map<string, Watch>();
  /** ExternalSecrets by kind. */
  readonly #byKind = new ReverseIndex();
  /** Kinds by ExternalSecret. */
  readonly #kindOf = new Map<string, string>();
  /** ExternalSecrets by namespace and kind. */
  readonly #byPlace = new ReverseIndex();
  /** Kinds that are not even looked for, because there are too many already. */
  readonly #surplus = new Map<string, TargetKind>();
  /** ExternalSecrets by kind and name of the target. */
  readonly #byTarget = new ReverseIndex();
  /** Targets by uid of an owner. */
  readonly #byOwner = new ReverseIndex();
  /** What was written last, where the watch has said nothing about it since. */
  readonly #written = new Map<string, LiveSecret>();
  /** What a kind's objects become by themselves once they are written, by their key: an API server fills in defaults. */
  readonly #settled = new Map<string, { readonly annotation: string; readonly live: string }>();

  constructor(options: TargetKindsOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => [...this.#watches.keys()].forEach((id) => this.#stop(id)), { once: true });
  }

  /** Tells what an ExternalSecret makes now. @param target undefined: no object of such a kind */
  track(externalSecret: ObjectKey, target: { readonly kind: TargetKind; readonly name: string } | undefined): void {
    const item = formatKey(externalSecret);
    const isOurs = target !== undefined && targetProblem(target.kind, this.#options.allowed) === undefined;
    const id = isOurs ? idOf(target.kind) : undefined;
    const before = this.#kindOf.get(item);
    if (id === undefined) this.#kindOf.delete(item);
    else this.#kindOf.set(item, id);
    this.#byKind.set(item, id === undefined ? [] : [id]);
    this.#byPlace.set(item, id === undefined ? [] : [placeOf(externalSecret, id)]);
    this.#byTarget.set(item, target === undefined || id === undefined ? [] : [termOf(id, { namespace: externalSecret.namespace ?? '', name: target.name })]);
    for (const known of [...this.#watches.keys()]) if (this.#byKind.itemsOf(known).size === 0) this.#stop(known);
    if (before !== undefined && before !== id) this.#startSurplus();
    if (!isOurs || id === undefined || this.#watches.has(id)) return;
    if (this.#hasRoom(externalSecret)) this.#start(id, target.kind);
    else this.#surplus.set(id, target.kind);
  }

  /** Starts what there is room for by now, and forgets what nobody makes. */
  #startSurplus(): void {
    // of a namespace that is full nothing else is asked: it may have many
    const full = new Set<string>();
    for (const [id, kind] of [...this.#surplus]) {
      const makers = [...this.#byKind.itemsOf(id)].map(parseKey);
      const hasRoom = makers.some((maker) => {
        const { namespace = '' } = maker;
        if (full.has(namespace)) return false;
        if (this.#hasRoom(maker)) return true;
        full.add(namespace);
        return false;
      });
      if (hasRoom || makers.length === 0) this.#surplus.delete(id);
      if (hasRoom) this.#start(id, kind);
    }
  }

  #hasRoom(externalSecret: ObjectKey): boolean {
    const ofNamespace = [...this.#watches.keys()].filter((id) => this.#byPlace.itemsOf(placeOf(externalSecret, id)).size > 0).length;
    return ofNamespace < mostOfNamespace && this.#watches.size < mostSought;
  }

  stateOf(kind: TargetKind): KindState {
    const message = targetProblem(kind, this.#options.allowed);
    if (message !== undefined) return { state: 'refused', message };
    const watch = this.#watches.get(idOf(kind));
    if (watch !== undefined) return watch.state;
    if (!this.#surplus.has(idOf(kind))) return { state: 'pending' };
    return { state: 'refused', message: `invalid generic target: ${mostOfNamespace} other kinds are made in its namespace already, and no more are looked for` };
  }

  /** The object as it is known, where it has the managed label. */
  get(kind: TargetKind, key: ObjectKey): LiveSecret | undefined {
    const term = termOf(idOf(kind), key);
    const live = this.#written.get(term) ?? this.#watches.get(idOf(kind))?.informer?.get(key);
    return live === undefined ? undefined : this.#asSettled(term, live);
  }

  /** Objects that name an owner, of all kinds that are watched. */
  ownedBy(uid: string): readonly { readonly kind: TargetKind; readonly type: ResourceType; readonly live: LiveSecret }[] {
    return [...this.#byOwner.itemsOf(uid)].flatMap((term) => {
      const [id = '', key = ''] = term.split(' ');
      const watch = this.#watches.get(id);
      const live = watch?.informer?.get(parseKey(key));
      return watch?.state.state === 'watched' && live !== undefined ? [{ kind: watch.kind, type: watch.state.type, live }] : [];
    });
  }

  /**
   * An object has been brought in line, and this is how the API server keeps it: it counts as untouched while it stays so.
   * @param wrote false: it was so already
   */
  settle(kind: TargetKind, object: KubeObject, wrote: boolean): void {
    const live = liveManifest(object);
    const term = termOf(idOf(kind), keyOf(object));
    const annotation = live.metadata.annotations?.[dataHashAnnotation] ?? '';
    if (annotation === live.dataHash) this.#settled.delete(term);
    else this.#settled.set(term, { annotation, live: live.dataHash });
    if (wrote) this.#written.set(term, live);
  }

  #asSettled(term: string, live: LiveSecret): LiveSecret {
    const settled = this.#settled.get(term);
    return settled !== undefined && settled.live === live.dataHash ? { ...live, dataHash: settled.annotation } : live;
  }

  #start(id: string, kind: TargetKind): void {
    const watch: Watch = { kind, state: { state: 'pending' }, hasSlot: false, end: new AbortController() };
    this.#surplus.delete(id);
    this.#watches.set(id, watch);
    void this.#find(id, watch);
  }

  async #find(id: string, watch: Watch): Promise<void> {
    const { cluster, clock, log } = this.#options;
    const { apiVersion, kind } = watch.kind;
    const { signal } = watch.end;
    watch.hasSlot = false;
    try {
      // what is known may be older than the kind
      const type = (await cluster.discover(signal)).find(apiVersion, kind) ?? (await cluster.discover(signal, { fresh: true })).find(apiVersion, kind);
      if (signal.aborted) return;
      if (type?.namespaced === true && this.#takeSlot(watch)) {
        await this.#watch(id, watch, type);
        return;
      }
      watch.state =
        type === undefined
          ? { state: 'absent', message: `${apiVersion} ${kind} is not served by this cluster` }
          : { state: 'refused', message: `invalid generic target: ${type.namespaced ? `${mostKinds} other kinds are made already, and no more are watched at once` : `${apiVersion} ${kind} has no namespace, and an ExternalSecret makes nothing outside of its own`}` };
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ apiVersion, kind, error }, 'the kind of a target could not be watched');
      watch.state = { state: 'absent', message: `${apiVersion} ${kind} could not be looked for${isKubeError(error) ? `: ${error.message}` : ''}` };
    }
    this.#wake(this.#byKind.itemsOf(id));
    watch.retry = clock.after(lookEvery, () => void this.#find(id, watch));
  }

  /** Only what is served takes one, so that nobody keeps others out with kinds that are not there. */
  #takeSlot(watch: Watch): boolean {
    const taken = [...this.#watches.values()].filter((other) => other !== watch && other.hasSlot).length;
    if (taken >= mostKinds) return false;
    watch.hasSlot = true;
    return true;
  }

  async #watch(id: string, watch: Watch, type: ResourceType): Promise<void> {
    const { signal } = watch.end;
    const informer = this.#options.startInformer({ type, selection: { labelSelector: `${managedLabel}=true` }, project: liveManifest }, signal);
    await informer.synced;
    watch.informer = informer;
    watch.state = { state: 'watched', type };
    informer.subscribe(({ key, current, previous }) => {
      if (signal.aborted) return;
      const term = termOf(id, key);
      this.#byOwner.set(term, (current?.metadata.ownerReferences ?? []).map(({ uid }) => uid));
      if (current === undefined) this.#settled.delete(term);
      const written = this.#written.get(term)?.metadata.resourceVersion;
      this.#written.delete(term);
      const isNews = current?.metadata.resourceVersion !== previous?.metadata.resourceVersion && (written === undefined || written !== current?.metadata.resourceVersion);
      if (isNews) this.#wake(this.#byTarget.itemsOf(term));
    });
    this.#wake(this.#byKind.itemsOf(id));
  }

  #stop(id: string): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    watch.retry?.();
    watch.end.abort(new DOMException('no ExternalSecret makes objects of this kind any more', 'AbortError'));
    this.#watches.delete(id);
    const prefix = `${id} `;
    for (const known of [this.#settled, this.#written]) for (const term of [...known.keys()]) if (term.startsWith(prefix)) known.delete(term);
    for (const live of watch.informer?.values() ?? []) this.#byOwner.set(termOf(id, { namespace: live.metadata.namespace ?? '', name: live.metadata.name }), []);
  }

  #wake(items: Iterable<string>): void {
    this.#options.wake([...items].map(parseKey));
  }
}

/** All versions of a kind are one set of objects, but each is its own way to write them. */
function idOf({ apiVersion, kind }: TargetKind): string {
  const { group, version } = parseApiVersion(apiVersion);
  return `${group}/${version}/${kind}`;
}

function termOf(id: string, key: ObjectKey): string {
  return `${id} ${formatKey(key)}`;
}

function placeOf({ namespace = '' }: ObjectKey, id: string): string {
  return `${namespace} ${id}`;
}
