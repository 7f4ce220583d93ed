import { z } from 'zod';
import type { ConsumerInput, CredentialSelector, SecretKeySelector, ServiceAccountSelector } from '../../src/provider/contract.ts';
import { secretKeySelectorOr, serviceAccountSelector } from '../../src/provider/field.ts';

/** As whom Doppler is asked. */
export type DopplerAuth =
  | { readonly kind: 'token'; readonly token: SecretKeySelector }
  /** A token of a service account is exchanged for one of Doppler. */
  | { readonly kind: 'oidc'; readonly identity: string; readonly account: ServiceAccountSelector; readonly expirationSeconds: number };

/** `spec.provider.doppler`, understood. */
export interface DopplerConfig {
  readonly auth: DopplerAuth;
  /** Absent: a service token knows its own. */
  readonly project?: string;
  readonly config?: string;
  /** How a search writes the names. */
  readonly nameTransformer?: string;
  /** A search gives all secrets as one file of this format. */
  readonly format?: string;
}

const auth = z
  .strictObject({
    secretRef: z
      .strictObject({ dopplerToken: secretKeySelectorOr('dopplerToken').describe('The token, `dopplerToken` where no key is said.') })
      .exactOptional()
      .describe('A token of Doppler that stands in a Secret.'),
    oidcConfig: z
      .strictObject({
        identity: z.string().min(1).describe('The id of the service account identity at Doppler.'),
        serviceAccountRef: serviceAccountSelector().describe('The service account of this cluster whose token Doppler takes.'),
        expirationSeconds: z.int().min(600).max(86_400).exactOptional().describe('For how long that token is valid, 600 where absent.'),
      })
      .exactOptional()
      .describe('A token of a service account of this cluster, exchanged for one of Doppler.'),
  })
  .refine(({ secretRef, oidcConfig }) => (secretRef === undefined) !== (oidcConfig === undefined), 'needs exactly one of secretRef and oidcConfig')
  .describe('How to authenticate to Doppler.');

/** `spec.provider.doppler`: every field that External Secrets has. */
export const dopplerConfig: z.ZodType<DopplerConfig> = z
  .strictObject({
    auth,
    project: z.string().exactOptional().describe('The project; needed unless the token is a service token.'),
    config: z.string().exactOptional().describe('The config; needed unless the token is a service token.'),
    nameTransformer: z.enum(['upper-camel', 'camel', 'lower-snake', 'tf-var', 'dotnet-env', 'lower-kebab']).exactOptional().describe('How `dataFrom.find` writes the names of the secrets.'),
    format: z.enum(['json', 'dotnet-json', 'env', 'yaml', 'docker']).exactOptional().describe('`dataFrom.find` gives all secrets as one file of this format, under the name `DOPPLER_SECRETS_FILE`.'),
  })
  .transform(({ auth: { secretRef, oidcConfig }, project = '', config = '', ...rest }, context): DopplerConfig => {
    const where = { ...(project === '' ? {} : { project }), ...(config === '' ? {} : { config }), ...rest };
    if (secretRef !== undefined) return { auth: { kind: 'token', token: secretRef.dopplerToken }, ...where };
    if (oidcConfig === undefined) {
      context.addIssue({ code: 'custom', path: ['auth'], message: 'needs exactly one of secretRef and oidcConfig' });
      return z.NEVER;
    }
    const { identity, serviceAccountRef: account, expirationSeconds = 600 } = oidcConfig;
    return { auth: { kind: 'oidc', identity, account, expirationSeconds }, ...where };
  })
  .describe('Secrets of a config of Doppler.');

/** What a configuration names in the cluster. */
export function dopplerCredentials({ auth: method }: DopplerConfig): readonly CredentialSelector[] {
  return method.kind === 'token' ? [method.token] : [{ kind: 'ServiceAccount', ...method.account }];
}

/** The token for Doppler says which store it is for, so what is exchanged for one is not for another. */
export function dopplerInputs({ auth: { kind } }: DopplerConfig): readonly ConsumerInput[] {
  return kind === 'oidc' ? ['store'] : [];
}
