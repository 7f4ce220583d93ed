import { untilAborted } from '../../src/lib/until-aborted.ts';
import type { Provider } from '../../src/provider/contract.ts';
import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { accessTokenGenerator } from './access-token.ts';
import { createAzureClient } from './client.ts';
import { type AzureConfig, azureConfig, credentialsOf } from './config.ts';
import { identityVariables, openIdentity } from './identity.ts';
import { connectVault } from './vault.ts';
import { createVaultCredential } from './vault-credential.ts';

/** Azure Key Vault. */
export const azurekv: Provider<AzureConfig> = {
  id: 'azurekv',
  schema: azureConfig,
  propertyLookup: 'path-first',
  environment: identityVariables,
  capabilities: 'ReadWrite',
  credentials: credentialsOf,
  usesOwnIdentity: ({ auth: { kind } }) => kind === 'machine' || kind === 'pod',
  connect: async (config, context) => {
    const { endpoints, vaultUrl } = config;
    const credential = createVaultCredential({ fetch: await openIdentity(config, context), resource: endpoints.vault, clock: context.clock });
    return createAzureClient({
      vault: await connectVault({ vaultUrl, credential, http: context.http }),
      clock: context.clock,
      render: context.renderTemplate,
      validate: async (signal) => {
        // where nobody has said what tokens are for, only a vault can
        if (endpoints.vault === undefined) return 'unknown';
        await untilAborted(credential.getToken(endpoints.vault), signal);
        return 'valid';
      },
    });
  },
};

/** The generators of Azure. */
export const azureGenerators = [eraseGenerator(accessTokenGenerator)];
