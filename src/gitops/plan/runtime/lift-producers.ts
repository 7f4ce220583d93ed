import { parseApiVersion } from '../../../api/object.ts';
import type { RuntimeSecret } from '../declare/declarations.ts';
import { fieldsOf, textOf } from '../needs/field.ts';
import { podSpecsOf } from '../needs/pod-bearing.ts';
import type { Problem, RenderedObject } from '../plan.ts';
import { textsIn, textsOf } from '../texts-in.ts';
import { early, isAfter, isHook, type Place, placeOf } from './place.ts';
import { describe } from './runtime-cycles.ts';
import type { Waits } from './waits.ts';

/** Somebody who waits for a Secret, and where a sync comes to it. */
export interface Waiter {
  /** `Deployment node`, for messages. */
  readonly name: string;
  readonly place: Place;
  readonly maker: RuntimeSecret;
}

export interface Lifted {
  /** Objects that are written with what makes Secrets, before the barrier, wherever they stand otherwise. */
  readonly objects: ReadonlySet<RenderedObject>;
  readonly problems: readonly Problem[];
}

/**
 * What must be written earlier than its wave says, because something waits for what it makes: the producers themselves, and what of the
 * Application they refer to. Hooks cannot be lifted; one that runs too late is an error.
 */
export function liftProducers(objects: readonly RenderedObject[], waiters: readonly Waiter[], waits: Waits): Lifted {
  const own = new Set(objects);
  const lifted = new Set<RenderedObject>();
  const problems = new Map<string, Problem>();
  const pending = [...waiters];
  const byName = Map.groupBy(objects.filter(mayBeLifted), ({ object }) => object.metadata.name);
  const lift = (one: RenderedObject): void => {
    if (lifted.has(one)) return;
    lifted.add(one);
    const { kind, metadata } = one.object;
    for (const { maker } of waits.atRuntime(one)) pending.push({ name: `${kind} ${metadata.name}, which is written early,`, place: early, maker });
  };
  for (let waiter = pending.pop(); waiter !== undefined; waiter = pending.pop()) {
    const { maker, place } = waiter;
    if (!own.has(maker.object)) continue;
    const isLate = isAfter(placeOf(maker.object), place) && !lifted.has(maker.object);
    if (isLate && isHook(maker.object)) problems.set(`${waiter.name} ${maker.secret}`, tooLate(waiter));
    else if (isLate) lift(maker.object);
    const bound = lifted.has(maker.object) ? early : place;
    for (const one of referredTo(maker.object, byName)) if (isAfter(placeOf(one), bound)) lift(one);
  }
  return { objects: lifted, problems: [...problems.values(), ...ownKinds(objects, lifted)] };
}

/** Of what a producer refers to. Workloads are nobody's dependency by name, and nothing is kept from starting by a Service that is not there yet. */
function mayBeLifted(one: RenderedObject): boolean {
  const isService = one.object.kind === 'Service' && parseApiVersion(one.object.apiVersion).group === '';
  return !isHook(one) && !isService && podSpecsOf(one.object).length === 0;
}

function tooLate({ name, maker }: Waiter): Problem {
  const { object, namespace, secret } = maker;
  const message = `makes Secret ${namespace}/${secret}, which ${name} needs before this hook runs; give it an earlier hook phase or sync wave, or let it be no hook`;
  return { severity: 'error', message: `${describe(object)} ${message}`, origin: object.origin };
}

/** What an object names, and that names, and so on. Too much is written early rather than too little. */
function referredTo(start: RenderedObject, byName: ReadonlyMap<string, readonly RenderedObject[]>): ReadonlySet<RenderedObject> {
  const found = new Set<RenderedObject>();
  const pending = [start];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    const { object } = one;
    const named = new Set([...textsIn(object), ...textsOf(object.metadata.annotations)]);
    for (const name of named) {
      for (const other of byName.get(name) ?? []) {
        if (other === start || found.has(other) || (other.object.metadata.namespace ?? object.metadata.namespace) !== object.metadata.namespace) continue;
        found.add(other);
        pending.push(other);
      }
    }
  }
  return found;
}

/** The definitions of an Application come after its barrier: what it lifts before that must be of kinds that are served. */
function ownKinds(objects: readonly RenderedObject[], lifted: ReadonlySet<RenderedObject>): readonly Problem[] {
  const kinds = new Set(objects.flatMap(({ object }) => {
    const spec = fieldsOf(object['spec']);
    return object.kind === 'CustomResourceDefinition' ? [`${textOf(spec['group']) ?? ''}/${textOf(fieldsOf(spec['names'])['kind']) ?? ''}`] : [];
  }));
  return [...lifted].flatMap((one): readonly Problem[] => {
    const { apiVersion, kind } = one.object;
    if (!kinds.has(`${parseApiVersion(apiVersion).group}/${kind}`)) return [];
    return [{ severity: 'error', message: `${describe(one)} must be written before the barrier, because something there needs what it makes, and its kind is defined by this Application itself; move the definition of ${kind} into an Application that this one depends on`, origin: one.origin }];
  });
}
