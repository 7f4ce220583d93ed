import { parseApiVersion } from '../../../api/object.ts';
import type { RuntimeSecret } from '../declare/declarations.ts';
import type { Neighbourhood } from '../declare/neighbourhood.ts';
import type { CustomNeed } from '../needs/custom-needs.ts';
import { referencesOf } from '../needs/needs.ts';
import { pullSecrets, serviceAccountOf } from '../needs/pod-spec.ts';
import { runtimeMakersFor } from '../needs/resolve-needs.ts';
import type { SecretReference } from '../needs/secret-reference.ts';
import type { RenderedObject } from '../plan.ts';

/** Something that an object cannot do without. */
export interface Wait {
  readonly namespace: string;
  readonly secret: string;
  readonly key?: string;
  readonly path: string;
}

/** A Secret that an object needs and another makes as it runs. */
export interface RuntimeWait extends Wait {
  readonly maker: RuntimeSecret;
}

/** What objects wait for before they can be written. */
export interface Waits {
  /** Whatever it needs, by its pods, their service accounts or its kind; a route does not wait for its certificate, see below. */
  readonly of: (one: RenderedObject) => readonly Wait[];
  /** What of it others make as they run. What an object makes itself, it waits for when it runs: the kubelet does. */
  readonly atRuntime: (one: RenderedObject) => readonly RuntimeWait[];
  /** Who makes a Secret, or a key of it, as it runs. */
  readonly makers: (wait: Pick<Wait, 'namespace' | 'secret' | 'key'>) => readonly RuntimeSecret[];
}

/**
 * Reads what objects wait for. Ingresses and Gateways are served without their certificates until these are there, and some are what a
 * certificate's challenge is answered through (HTTP-01): they are never held back for one.
 * @param objects of the Application, whose service accounts may name pull secrets
 */
export function createWaits(objects: readonly RenderedObject[], neighbourhood: Neighbourhood, table: readonly CustomNeed[]): Waits {
  const accounts = new Map(objects.flatMap(({ object }) => (object.kind === 'ServiceAccount' && parseApiVersion(object.apiVersion).group === '' ? [[`${object.metadata.namespace ?? ''}/${object.metadata.name}`, object] as const] : [])));
  const makers: Waits['makers'] = ({ namespace, secret, key }) => {
    const runtime = neighbourhood.runtimeMakers(namespace, secret);
    if (runtime.length === 0) return [];
    return runtimeMakersFor(key, neighbourhood.makers(namespace, secret)[0]?.declared, runtime.map(({ declared }) => declared));
  };
  const of = once((one: RenderedObject): readonly Wait[] => {
    const { object } = one;
    const { namespace = '' } = object.metadata;
    const { podSpecs, references } = referencesOf(object, table);
    const ofAccounts = podSpecs.flatMap(({ value }) => pullSecrets(accounts.get(`${namespace}/${serviceAccountOf(value)}`)?.['imagePullSecrets'], 'imagePullSecrets'));
    return [...references, ...ofAccounts].flatMap(({ lenient, ...reference }: SecretReference) => (lenient === true && podSpecs.length === 0 ? [] : [{ namespace, ...reference }]));
  });
  const atRuntime = once((one: RenderedObject): readonly RuntimeWait[] =>
    of(one).flatMap((wait) => makers(wait).flatMap((maker) => (maker.object === one || isSame(maker.object, one) ? [] : [{ ...wait, maker }]))),
  );
  return { of, atRuntime, makers };
}

/** The same object of the cluster, by whatever Application. */
function isSame({ object: a }: RenderedObject, { object: b }: RenderedObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace && parseApiVersion(a.apiVersion).group === parseApiVersion(b.apiVersion).group;
}

function once<T extends object, R>(read: (one: T) => R): (one: T) => R {
  const known = new WeakMap<T, R>();
  return (one) => {
    const found = known.get(one) ?? read(one);
    known.set(one, found);
    return found;
  };
}
