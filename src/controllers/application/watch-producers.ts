import type { ApplicationContext } from './context.ts';

/** The part of an Application's references that it waits for to make Secrets. */
export const producersPart = 'producers';

/**
 * Wakes the Application when something says more of itself that the last pass waited for to make a Secret as it runs: the Secret may be there
 * before that. Nothing is watched once nothing is waited for.
 */
export function watchProducers(key: string, { references, memoryOf }: Pick<ApplicationContext, 'references' | 'memoryOf'>): void {
  references.watch(key, producersPart, [...memoryOf(key).awaitedProducers.values()]);
}
