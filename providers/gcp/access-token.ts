import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import type { Generator } from '../../src/provider/generator.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { authCredentials } from './auth-credentials.ts';
import { tokenOfFederation } from './federation.ts';
import type { GoogleToken } from './google-api.ts';
import { tokenOfKey } from './service-account-key.ts';
import type { AccessTokenSpec } from './spec.ts';
import { accessTokenSpec } from './spec.ts';
import { tokenOfWorkload } from './workload-identity.ts';

/** The name of the user under which Google's registries take access tokens. */
const username = 'oauth2accesstoken';

/** An access token of Google Cloud, valid for an hour. */
export const accessTokenGenerator: Generator<AccessTokenSpec> = {
  kind: 'GCRAccessToken',
  schema: accessTokenSpec,
  environment: [],
  credentials: ({ auth }) => authCredentials(auth),
  generate: async (spec, context, signal) => {
    const { token, expiry } = await tokenOf(spec, context, signal);
    return {
      values: new Map([
        ['username', SecretBytes.fromUtf8(username)],
        ['password', token],
        ['expiry', SecretBytes.fromUtf8(String(expiry))],
      ]),
    };
  },
};

/** By the first way that is said, in upstream's order. */
function tokenOf({ auth, projectID }: AccessTokenSpec, context: ProviderContext, signal: AbortSignal): Promise<GoogleToken> {
  const { secretRef, workloadIdentity, workloadIdentityFederation } = auth;
  if (secretRef !== undefined) return tokenOfKey(secretRef.secretAccessKeySecretRef, context, signal);
  if (workloadIdentity !== undefined) return tokenOfWorkload(workloadIdentity, projectID, context, signal);
  if (workloadIdentityFederation !== undefined) return tokenOfFederation(workloadIdentityFederation, context, signal);
  throw new ProviderError('invalid', 'auth says nothing');
}
