import type { Provider } from '../../src/provider/contract.ts';
import { headerToken } from '../../src/provider/credential-text.ts';
import { createOnePasswordClient } from './client.ts';
import type { OnePasswordConfig } from './config.ts';
import { onePasswordConfig, onePasswordCredentials } from './config.ts';
import { ConnectApi } from './connect-api.ts';

/** Items of 1Password, through a Connect server. */
export const onepassword: Provider<OnePasswordConfig> = {
  id: 'onepassword',
  schema: onePasswordConfig,
  propertyLookup: 'by-provider',
  environment: [],
  capabilities: 'ReadWrite',
  credentials: onePasswordCredentials,
  connect: async ({ host, token, vaults }, { http, secret, clock }) => {
    const api = new ConnectApi({ http, host, token: headerToken(await secret(token), 'auth.secretRef.connectTokenSecretRef') });
    return createOnePasswordClient({ api, vaults, clock });
  },
};
