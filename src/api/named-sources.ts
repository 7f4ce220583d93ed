import { z } from 'zod';
import type { GeneratorReference, StoreReference } from './source-reference.ts';

/** The stores and generators that an ExternalSecret names, whatever else is wrong with it: they tell whose it is. */
export interface NamedSources {
  readonly stores: readonly StoreReference[];
  readonly generators: readonly GeneratorReference[];
}

const nothing = undefined;
const storeRef = z.object({ name: z.string(), kind: z.enum(['SecretStore', 'ClusterSecretStore']).catch('SecretStore') }).optional().catch(nothing);
const generatorRef = z.object({ name: z.string(), kind: z.string() }).optional().catch(nothing);
const sourceRef = z.object({ storeRef, generatorRef }).partial().catch({});
const entries = z.array(z.object({ sourceRef }).partial().catch({})).catch([]);
const references = z.object({ secretStoreRef: storeRef, data: entries, dataFrom: entries }).partial().catch({});

/** Reads the references of a spec as they stand, and passes over all that is none. */
export function namedSources(spec: unknown): NamedSources {
  const { secretStoreRef, data = [], dataFrom = [] } = references.parse(spec);
  const sources = [...data, ...dataFrom].map((entry) => entry.sourceRef ?? {});
  return {
    stores: [secretStoreRef, ...sources.map((source) => source.storeRef)].filter((store) => store !== undefined),
    generators: sources.flatMap((source) => source.generatorRef ?? []),
  };
}
