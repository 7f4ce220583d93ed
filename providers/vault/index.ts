import type { Provider, ProviderClient, ProviderContext } from '../../src/provider/contract.ts';
import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { awsVariables } from './aws-session.ts';
import { createVaultClient } from './client.ts';
import type { VaultConfig } from './config.ts';
import { usesOwnIdentity, vaultConfig, vaultCredentials } from './config.ts';
import { dynamicSecretGenerator } from './dynamic-secret.ts';
import { KvEngine } from './kv-engine.ts';
import { logIn } from './login.ts';
import { openBaoConfig } from './openbao-config.ts';
import { VaultSession } from './session.ts';
import { openVaultApi } from './vault-api.ts';

/** Secrets of the key-value engines of HashiCorp Vault. */
export const vault: Provider<VaultConfig> = {
  id: 'vault',
  schema: vaultConfig,
  propertyLookup: 'member-first',
  environment: awsVariables,
  capabilities: 'ReadWrite',
  usesOwnIdentity,
  credentials: vaultCredentials,
  connect: openClient,
};

/** The same of OpenBao, which speaks as Vault does. */
export const openBao: Provider<VaultConfig> = { ...vault, id: 'openBao', schema: openBaoConfig, environment: [] };

/** The generators of HashiCorp Vault. */
export const vaultGenerators = [eraseGenerator(dynamicSecretGenerator)];

/** Nothing is sent yet: the first who asks logs in. */
async function openClient(config: VaultConfig, context: ProviderContext): Promise<ProviderClient> {
  const { namespace, auth, path = '', version = 'v2' } = config;
  const api = await openVaultApi(config, context);
  const session = new VaultSession({ api, namespace, authNamespace: auth?.namespace ?? namespace, clock: context.clock, logIn: (signal) => logIn(config, api, context, signal) });
  return createVaultClient(new KvEngine(session, api, { version, mount: path.replaceAll(/^\/+|\/+$/g, '') }), session);
}
