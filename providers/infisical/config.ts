import { z } from 'zod';
import type { CaProvider } from '../../src/provider/authority.ts';
import { authorityCredentials, caBundle, caProvider } from '../../src/provider/authority.ts';
import type { CredentialSelector } from '../../src/provider/contract.ts';
import type { InfisicalAuth } from './auth-config.ts';
import { infisicalAuth } from './auth-config.ts';

/** Where in Infisical the secrets are. */
export interface SecretsScope {
  readonly projectSlug: string;
  readonly environmentSlug: string;
  /** The folder of keys without one, `/` or `/a/b`. */
  readonly path: string;
  /** Whether a search looks into the folders below. */
  readonly isRecursive: boolean;
  readonly expandsReferences: boolean;
}

/** `spec.provider.infisical`, understood. */
export interface InfisicalConfig {
  /** With `/api` at its end. */
  readonly host: string;
  readonly auth: InfisicalAuth;
  readonly organizationSlug?: string;
  readonly scope: SecretsScope;
  readonly caBundle?: string;
  readonly caProvider?: CaProvider;
}

const standardHost = 'https://app.infisical.com/api';

const secretsScope = z
  .strictObject({
    organizationSlug: z.string().exactOptional().describe('The organization to log in to, where the identity is in a part of one.'),
    projectSlug: z.string().min(1).describe('The project.'),
    environmentSlug: z.string().min(1).describe('The environment.'),
    secretsPath: z
      .string()
      .regex(/^(\/[^\s/]+)*\/?$/, 'must be a path like /team/app')
      .refine((path) => path.split('/').every((part) => part !== '.' && part !== '..'), 'must not hold . or .. as a part')
      .exactOptional()
      .describe('The folder, `/` where absent.'),
    recursive: z.boolean().exactOptional().describe('Whether a search looks into the folders below.'),
    expandSecretReferences: z.boolean().exactOptional().describe('Whether what a value refers to is put into it, as it is where absent.'),
  })
  .describe('Where the secrets are.');

/** `spec.provider.infisical`: every field that External Secrets has. */
export const infisicalConfig: z.ZodType<InfisicalConfig> = z
  .strictObject({
    auth: infisicalAuth,
    secretsScope,
    hostAPI: z
      .string()
      .regex(/^(https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?)?$/, 'must be a URL like https://infisical.example.com/api')
      .exactOptional()
      .describe(`The API, \`${standardHost}\` where absent.`),
    caBundle: caBundle().exactOptional(),
    caProvider: caProvider().exactOptional(),
  })
  .transform(({ auth, secretsScope: scope, hostAPI = '', ...authority }): InfisicalConfig => {
    const { projectSlug, environmentSlug, secretsPath = '', recursive = false, expandSecretReferences = true, organizationSlug = '' } = scope;
    const path = secretsPath.replace(/\/$/, '');
    return {
      host: apiOf(hostAPI === '' ? standardHost : hostAPI),
      auth,
      ...(organizationSlug === '' ? {} : { organizationSlug }),
      scope: { projectSlug, environmentSlug, path: path === '' ? '/' : path, isRecursive: recursive, expandsReferences: expandSecretReferences },
      ...authority,
    };
  })
  .describe('Secrets of a project of Infisical.');

/** The address of the site will do, as upstream. */
function apiOf(host: string): string {
  const trimmed = host.replace(/\/+$/, '');
  return trimmed.endsWith('/api') ? trimmed : `${trimmed}/api`;
}

/** What a configuration names in the cluster. */
export function infisicalCredentials(config: InfisicalConfig): readonly CredentialSelector[] {
  // of several methods only the first is used
  const method = Object.values(config.auth).find((one) => one !== undefined);
  return [...Object.values(method ?? {}).filter((selector) => selector !== undefined), ...authorityCredentials(config)];
}

/** Whether it is Prelude itself who logs in. */
export function infisicalOwnIdentity({ auth }: InfisicalConfig): boolean {
  if (auth.universalAuthCredentials !== undefined) return false;
  if (auth.azureAuthCredentials !== undefined || auth.gcpIdTokenAuthCredentials !== undefined) return true;
  return auth.jwtAuthCredentials === undefined && auth.ldapAuthCredentials === undefined && auth.ociAuthCredentials === undefined && auth.kubernetesAuthCredentials !== undefined;
}
