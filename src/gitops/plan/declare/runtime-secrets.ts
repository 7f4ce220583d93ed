import { parseApiVersion } from '../../../api/object.ts';
import { hookPhasesOf } from '../hook-phase.ts';
import type { MadeAtRuntime, RenderedObject } from '../plan.ts';
import type { RuntimeSecret } from './declarations.ts';
import type { RuntimeProduct } from './runtime-product.ts';
import { runtimeProducts } from './runtime-products.ts';

/** Hooks of other phases are not run by a sync that anything could wait for. */
const phasesOfSync: readonly string[] = ['preSync', 'waves', 'postSync'];

/** The Secrets that a placed object makes as it runs. */
export function runtimeSecrets(one: RenderedObject, destination: string): readonly RuntimeSecret[] {
  const { object, origin } = one;
  const hooks = hookPhasesOf(object);
  if (hooks.length > 0 && !hooks.some((phase) => phasesOfSync.includes(phase))) return [];
  const isJob = object.kind === 'Job' && parseApiVersion(object.apiVersion).group === 'batch';
  const { namespace } = object.metadata;
  return merged(runtimeProducts(object)).map(({ secret, keys, mayMake = [], tells, ...product }) => {
    const atRuntime: MadeAtRuntime = { apiVersion: object.apiVersion, keys, isHook: hooks.length > 0, tells: isJob ? 'completion' : tells, ...(namespace === undefined ? {} : { namespace }) };
    return { namespace: product.namespace ?? namespace ?? destination, secret, keys, mayMake, by: { kind: object.kind, name: object.metadata.name, origin, atRuntime }, object: one };
  });
}

/** One for each Secret: an annotation may name more keys of what the kind makes anyway. */
function merged(products: readonly RuntimeProduct[]): readonly RuntimeProduct[] {
  const bySecret = Map.groupBy(products, ({ namespace, secret }) => `${namespace ?? ''}/${secret}`);
  return [...bySecret.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const fixed = [first, ...others].flatMap(({ keys }) => (keys === 'dynamic' ? [] : keys));
    const keys = fixed.length === 0 ? 'dynamic' : [...new Set(fixed)];
    return [{ ...first, keys, mayMake: [first, ...others].flatMap(({ mayMake = [] }) => mayMake) }];
  });
}
