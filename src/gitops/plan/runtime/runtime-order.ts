import type { Application } from '../../../api/application.ts';
import { type Declarations, placeOf as fieldPlace } from '../declare/declarations.ts';
import { secretsRead } from '../declare/find-cycles.ts';
import type { Neighbourhood } from '../declare/neighbourhood.ts';
import { storeCredentials } from '../declare/store-credentials.ts';
import type { CustomNeed } from '../needs/custom-needs.ts';
import { valueSourcesOf } from '../needs/value-needs.ts';
import type { Problem, RenderedObject, ResolvedNeed } from '../plan.ts';
import { sopsKeysOf } from '../sops-keys.ts';
import { liftProducers, type Waiter } from './lift-producers.ts';
import { canWait, early, placeOf } from './place.ts';
import { runtimeCycles } from './runtime-cycles.ts';
import { createWaits, type RuntimeWait, type Wait, type Waits } from './waits.ts';

export interface RuntimeOrderInput {
  readonly application: Application;
  readonly declarations: Declarations;
  readonly neighbourhood: Neighbourhood;
  readonly customNeeds: readonly CustomNeed[];
  readonly needs: readonly ResolvedNeed[];
}

/** How a plan has producers that run come before who needs their Secrets. */
export interface RuntimeOrder {
  /** Written before the barrier, wherever they stand otherwise. */
  readonly lifted: ReadonlySet<RenderedObject>;
  /** What single objects wait for. */
  readonly awaits: ReadonlyMap<RenderedObject, readonly ResolvedNeed[]>;
  readonly problems: readonly Problem[];
}

const nothing: RuntimeOrder = { lifted: new Set(), awaits: new Map(), problems: [] };

/**
 * Puts objects that make Secrets as they run before who needs them. Each consumer waits by itself, so that a producer, and whatever runs it, is
 * never held up by what it makes: only what would come after its consumers is lifted before the barrier. Pure.
 */
export function runtimeOrder(input: RuntimeOrderInput): RuntimeOrder {
  const { declarations, neighbourhood } = input;
  if (!neighbourhood.hasRuntimeMakers) return nothing;
  const { objects } = declarations;
  const waits = createWaits(objects, neighbourhood, input.customNeeds);
  const waiting = objects.filter((one) => canWait(one) && waits.atRuntime(one).length > 0);
  const consumers = waiting.flatMap((one) => waits.atRuntime(one).map(({ maker }): Waiter => ({ name: `${one.object.kind} ${one.object.metadata.name}`, place: placeOf(one), maker })));
  const { objects: lifted, problems } = liftProducers(objects, [...consumers, ...earlyWaiters(input, waits)], waits);
  const awaits = new Map<RenderedObject, readonly ResolvedNeed[]>();
  for (const one of waiting) awaits.set(one, waits.atRuntime(one).map((wait) => awaited(one, wait)));
  // the barrier does not stand before these: what it waits for, they wait for themselves
  for (const one of lifted) {
    const all = [...(awaits.get(one) ?? []), ...waits.of(one).flatMap((wait) => declaredNeed(one, wait, input.needs))];
    if (all.length > 0) awaits.set(one, all);
  }
  const cycles = runtimeCycles([...new Set((declarations.runtime ?? []).map(({ object }) => object))], waits, neighbourhood);
  return { lifted, awaits, problems: cycles.length > 0 ? cycles : problems };
}

/** A need of one consumer alone. */
function awaited(one: RenderedObject, { namespace, secret, key, path, maker }: RuntimeWait): ResolvedNeed {
  const { kind, metadata } = one.object;
  const consumer = { kind, name: metadata.name, ...fieldPlace({ object: one }, path) };
  return { namespace, secret, ...(key === undefined ? {} : { key }), consumers: [consumer], resolution: { state: 'provided', by: maker.by } };
}

function declaredNeed({ object: { kind, metadata } }: RenderedObject, { namespace, secret, key }: Wait, needs: readonly ResolvedNeed[]): readonly ResolvedNeed[] {
  return needs.flatMap((need) => {
    if (need.namespace !== namespace || need.secret !== secret || need.key !== key || need.resolution.state === 'missing' || need.resolution.by?.atRuntime !== undefined) return [];
    return [{ ...need, consumers: need.consumers.filter((consumer) => consumer.kind === kind && consumer.name === metadata.name) }];
  });
}

/** What waits for Secrets before the barrier: the Application's charts, stores and ExternalSecrets that the barrier waits for, and encrypted files. */
function earlyWaiters({ application, declarations, neighbourhood, needs }: RuntimeOrderInput, waits: Waits): readonly Waiter[] {
  const { destination, externalSecrets, objects } = declarations;
  const waiters = (name: string, wait: Pick<Wait, 'namespace' | 'secret' | 'key'>): readonly Waiter[] => waits.makers(wait).map((maker) => ({ name, place: early, maker }));
  const needed = new Set(needs.flatMap(({ namespace, secret, resolution }) => (resolution.state === 'missing' || resolution.by === undefined ? [] : [`${resolution.by.kind} ${namespace}/${resolution.by.name}`, `${namespace}/${secret}`])));
  const isNeeded = ({ externalSecret: { metadata } }: (typeof externalSecrets)[number]): boolean => needed.has(`ExternalSecret ${metadata.namespace ?? ''}/${metadata.name}`);
  const sopsKeys = sopsKeysOf(application.metadata.annotations);
  const isEncrypted = objects.some(({ sops, sopsEntries }) => (sops ?? sopsEntries) !== undefined);
  return [
    ...valueSourcesOf(application).flatMap(({ kind, name, key, optional }) => (kind === 'Secret' && !optional ? waiters('the Application, whose charts take values from it,', { namespace: destination, secret: name, key }) : [])),
    ...externalSecrets.filter(isNeeded).flatMap((one) => secretsRead(one, neighbourhood).flatMap((read) => waiters(`ExternalSecret ${one.externalSecret.metadata.name}`, read))),
    ...declarations.stores.flatMap(({ store }) => storeCredentials(store, destination).flatMap((read) => waiters(`${store.kind} ${store.metadata.name}`, read).filter(({ maker }) => !maker.by.atRuntime.isHook))),
    ...(isEncrypted && sopsKeys !== undefined ? waiters('what is encrypted with SOPS', { namespace: destination, secret: sopsKeys }) : []),
  ];
}
