import { z } from 'zod';
import { goDuration } from '../../src/provider/field.ts';
import { ownIdentityMethod } from './auth-config.ts';
import { vaultConfig } from './config.ts';

/** `spec` of a VaultDynamicSecret, with all that External Secrets has. */
export const dynamicSecretSpec = z
  .strictObject({
    controller: z.string().exactOptional().describe('Class of the controllers that serve the generator; any where empty.'),
    provider: vaultConfig,
    path: z.string().min(1).describe('The path in Vault, without `/v1/`.'),
    method: z.string().exactOptional().describe('`GET` where absent, `LIST`, `DELETE`; any other writes.'),
    parameters: z.unknown().optional().describe('What is written: an object.'),
    getParameters: z.record(z.string(), z.array(z.string())).exactOptional().describe('The query of a `GET`.'),
    resultType: z.enum(['Data', 'Auth', 'Raw']).exactOptional().describe('Which part of the answer is given; `Data` where absent.'),
    allowEmptyResponse: z.boolean().exactOptional().describe('Whether an answer without anything is one.'),
    retrySettings: z
      .strictObject({
        maxRetries: z.int().min(0).exactOptional().describe('How often a request is repeated that Vault was not available for; 0 where absent, 10 at most.'),
        retryInterval: goDuration().exactOptional().describe('How long to wait before each; 1s where absent.'),
      })
      .exactOptional()
      .describe('Whether to ask again, beside that the whole is tried again later.'),
  })
  .refine(({ parameters }) => parameters === undefined || parameters === null || (typeof parameters === 'object' && !Array.isArray(parameters)), { path: ['parameters'], error: 'must be an object' })
  // a generator is a tenant's: the identity of Prelude itself must never serve one
  .check(({ value: { provider }, issues }) => {
    const method = ownIdentityMethod(provider.auth ?? {});
    if (method !== undefined) issues.push({ code: 'custom', path: ['provider', 'auth', method], message: `names no credentials: a generator does not log in as Prelude itself`, input: undefined });
  })
  .describe('What Vault makes when it is asked: credentials of a database, a certificate, a token.');

export type DynamicSecretSpec = z.output<typeof dynamicSecretSpec>;
