import { generators, providers } from '../../providers/index.ts';
import { createGeneratorRegistry } from '../provider/generator-registry.ts';
import { createRegistry } from '../provider/registry.ts';
import type { CheckObject } from '../server/object-check.ts';
import { createObjectChecks } from './object-checks.ts';

/** The checks of all kinds, with the providers and generators that this program was built with. */
export function shippedChecks(): CheckObject {
  return createObjectChecks({ providers: createRegistry(providers), generators: createGeneratorRegistry(generators) });
}
