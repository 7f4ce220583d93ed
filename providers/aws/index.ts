import type { Provider } from '../../src/provider/contract.ts';
import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { authorizationTokenGenerator } from './authorization-token.ts';
import { createAwsClient } from './client.ts';
import type { AwsConfig } from './config.ts';
import { awsConfig } from './config.ts';
import { connectSecretsManager } from './secrets-manager.ts';
import { sessionTokenGenerator } from './session-token.ts';

/** Upstream's name for the variable that points Secrets Manager elsewhere. */
const endpointVariable = 'AWS_SECRETSMANAGER_ENDPOINT';

/** AWS Secrets Manager with static access keys. */
export const aws: Provider<AwsConfig> = {
  id: 'aws',
  schema: awsConfig,
  propertyLookup: 'literal-first',
  environment: [endpointVariable],
  capabilities: 'ReadOnly',
  credentials: ({ accessKeyId, secretAccessKey, sessionToken }) => [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])],
  connect: async ({ region, prefix, ...keys }, { secret, environment, clock }) => {
    const [accessKeyId, secretAccessKey, sessionToken] = await Promise.all([
      secret(keys.accessKeyId),
      secret(keys.secretAccessKey),
      keys.sessionToken === undefined ? undefined : secret(keys.sessionToken),
    ]);
    const endpoint = environment.get(endpointVariable);
    const service = await connectSecretsManager({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
    return createAwsClient({ service, prefix, clock });
  },
};

/** The generators of AWS. */
export const awsGenerators = [eraseGenerator(authorizationTokenGenerator), eraseGenerator(sessionTokenGenerator)];
