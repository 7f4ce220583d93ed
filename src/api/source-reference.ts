import { z } from 'zod';
import { objectName, objectNameOrNothing } from './kube-text.ts';

export interface StoreReference {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
}

/** A generator in the namespace of who refers to it, or a ClusterGenerator. */
export interface GeneratorReference {
  /** e.g. `Password`, or `ClusterGenerator`. */
  readonly kind: string;
  readonly name: string;
}

/** Where an entry takes its values from, where it is not the store that `spec.secretStoreRef` names. */
export type SourceReference = { readonly kind: 'store'; readonly store: StoreReference } | { readonly kind: 'generator'; readonly generator: GeneratorReference };

/** The group and version of all generators. */
export const generatorsApiVersion = 'generators.external-secrets.io/v1alpha1';

/** `secretStoreRef`: an empty or absent name is for others to complain about, because entries may name stores of their own. */
export const storeReference = z
  .strictObject({
    name: objectNameOrNothing().exactOptional().describe('Name of the store.'),
    kind: z.enum(['SecretStore', 'ClusterSecretStore', '']).exactOptional().describe('SecretStore where absent.'),
  })
  .transform(({ name = '', kind = '' }): StoreReference | undefined => (name === '' ? undefined : { kind: kind === '' ? 'SecretStore' : kind, name }));

/** `generatorRef`. */
export const generatorReference = z
  .strictObject({
    apiVersion: z.literal(generatorsApiVersion).exactOptional().describe('Group and version of the generator.'),
    kind: z.string().min(1).describe('Kind of the generator, or ClusterGenerator.'),
    name: objectName().describe('Name of the generator.'),
  })
  .transform(({ kind, name }): GeneratorReference => ({ kind, name }));

/** `sourceRef`: a store or a generator, and only one of them. */
export const sourceReference = z
  .strictObject({
    storeRef: storeReference.exactOptional().describe('The store that this entry is read from.'),
    generatorRef: generatorReference.exactOptional().describe('The generator that makes the values of this entry.'),
  })
  .transform(({ storeRef, generatorRef }, context): SourceReference => {
    if (storeRef !== undefined && generatorRef === undefined) return { kind: 'store', store: storeRef };
    if (generatorRef !== undefined && storeRef === undefined) return { kind: 'generator', generator: generatorRef };
    context.addIssue({ code: 'custom', message: 'must have storeRef or generatorRef, and only one of them' });
    return z.NEVER;
  });
