import type { Provider } from '../../src/provider/contract.ts';
import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { accessTokenGenerator } from './access-token.ts';
import { authCredentials } from './auth-credentials.ts';
import { createGcpClient } from './client.ts';
import type { GcpConfig } from './config.ts';
import { gcpConfig } from './config.ts';
import { connectSecretManager } from './connection.ts';
import { asksOwnMachine, tokenOf } from './identity.ts';
import { ownProject, ownVariables } from './own-identity.ts';
import { SecretManager } from './secret-manager.ts';
import { TokenKeeper } from './token-keeper.ts';

/** Ours, for lack of Google's: another endpoint, and the authorities that vouch for it, PEM. */
const endpointVariable = 'GCP_SECRETMANAGER_ENDPOINT';
const endpointCaVariable = 'GCP_SECRETMANAGER_ENDPOINT_CA';

/** Google Secret Manager, with the secrets of a project or of one of its regions. */
export const gcpsm: Provider<GcpConfig> = {
  id: 'gcpsm',
  schema: gcpConfig,
  propertyLookup: 'literal-first',
  environment: [endpointVariable, endpointCaVariable, ...ownVariables],
  capabilities: 'ReadWrite',
  credentials: ({ auth }) => (auth.way === 'own' ? [] : authCredentials(auth)),
  usesOwnIdentity: asksOwnMachine,
  connect: async (config, context, signal) => {
    const { location, skipsDisabled } = config;
    const projectID = config.projectID ?? (await ownProject(context, signal));
    const tokens = new TokenKeeper({ obtain: (within) => tokenOf({ ...config, projectID }, context, within), clock: context.clock });
    const endpoint = context.environment.get(endpointVariable);
    const endpointCa = context.environment.get(endpointCaVariable);
    const connection = await connectSecretManager({
      tokens,
      ...(location === undefined ? {} : { location }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(endpoint === undefined || endpointCa === undefined ? {} : { endpointCa }),
    });
    return createGcpClient({
      secrets: new SecretManager(connection),
      where: { projectID, ...(location === undefined ? {} : { location }) },
      skipsDisabled,
      checkCredentials: (within) => tokens.get(within),
    });
  },
};

/** The generators of Google Cloud. */
export const gcpGenerators = [eraseGenerator(accessTokenGenerator)];
