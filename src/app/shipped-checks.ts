import { generators, providers } from '../../providers/index.ts';
import { createGeneratorRegistry } from '../provider/generator-registry.ts';
import { createRegistry, type ProviderRegistry } from '../provider/registry.ts';
import type { CheckObject } from '../server/object-check.ts';
import { createObjectChecks } from './object-checks.ts';

/**
 * The checks of all kinds, with the generators that this program was built with.
 * @param registry absent: the providers that it was built with
 */
export function shippedChecks(registry: ProviderRegistry = createRegistry(providers)): CheckObject {
  return createObjectChecks({ providers: registry, generators: createGeneratorRegistry(generators) });
}
