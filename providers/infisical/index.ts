import { readAuthority } from '../../src/provider/authority.ts';
import type { Provider } from '../../src/provider/contract.ts';
import { InfisicalApi } from './api.ts';
import { createInfisicalClient } from './client.ts';
import type { InfisicalConfig } from './config.ts';
import { infisicalConfig, infisicalCredentials, infisicalOwnIdentity } from './config.ts';
import { tokensOf } from './login.ts';

/** Secrets of a project of Infisical. */
export const infisical: Provider<InfisicalConfig> = {
  id: 'infisical',
  schema: infisicalConfig,
  propertyLookup: 'path-only',
  environment: [],
  capabilities: 'ReadWrite',
  credentials: infisicalCredentials,
  usesOwnIdentity: infisicalOwnIdentity,
  connect: async (config, context) => {
    const { host, scope } = config;
    const ca = await readAuthority(config, context);
    const site = { host, tls: ca === undefined ? {} : { ca } };
    const tokens = await tokensOf(config, site, context);
    return createInfisicalClient({ api: new InfisicalApi({ http: context.http, site, scope, tokens }), scope, clock: context.clock, close: () => tokens.close() });
  },
};
