import { z } from 'zod';
import type { CredentialSelector, SecretKeySelector } from '../../src/provider/contract.ts';
import { secretKeySelector } from '../../src/provider/field.ts';

/** `spec.provider.onepassword`, understood. */
export interface OnePasswordConfig {
  readonly host: string;
  readonly token: SecretKeySelector;
  /** Names or ids, in the order in which they are searched. */
  readonly vaults: readonly string[];
}

/** `spec.provider.onepassword`: every field that External Secrets has. */
export const onePasswordConfig: z.ZodType<OnePasswordConfig> = z
  .strictObject({
    auth: z
      .strictObject({
        secretRef: z.strictObject({ connectTokenSecretRef: secretKeySelector().describe('Key of a Secret with the token for the Connect server.') }).describe('A token that stands in a Secret.'),
      })
      .describe('How to authenticate to the Connect server.'),
    connectHost: z
      .string()
      .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'must be a URL like https://connect.example.com')
      .describe('The address of the Connect server.'),
    vaults: z
      .record(z.string().min(1), z.int())
      .refine((vaults) => Object.keys(vaults).length > 0, 'needs at least one vault')
      .refine((vaults) => Object.keys(vaults).length <= 100, 'may have 100 vaults')
      .refine((vaults) => new Set(Object.values(vaults)).size === Object.keys(vaults).length, 'must give each vault a number of its own')
      .describe('Names or ids of vaults, each with a number: the vault with the lowest is searched first.'),
  })
  .transform(({ auth, connectHost, vaults }): OnePasswordConfig => ({
    host: connectHost.replace(/\/+$/, ''),
    token: auth.secretRef.connectTokenSecretRef,
    vaults: Object.entries(vaults).toSorted(([, a], [, b]) => a - b).map(([vault]) => vault),
  }))
  .describe('Items of 1Password, through a Connect server.');

/** What a configuration names in the cluster. */
export function onePasswordCredentials({ token }: OnePasswordConfig): readonly CredentialSelector[] {
  return [token];
}
