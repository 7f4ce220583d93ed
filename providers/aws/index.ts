import type { Provider, ProviderContext } from '../../src/provider/contract.ts';
import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { authorizationTokenGenerator } from './authorization-token.ts';
import type { AwsConfig } from './config.ts';
import { asksAsPrelude, awsConfig, credentialsOf, rolesOf, tagsAskers } from './config.ts';
import type { KeySource } from './key-source.ts';
import { connectParameters } from './parameters-client.ts';
import { connectSecrets } from './secrets-client.ts';
import { canTag } from './session-tags.ts';
import { sessionTokenGenerator } from './session-token.ts';
import { sdkSettings, settingVariables } from './sdk-settings.ts';
import { createSignedCalls } from './signed-calls.ts';
import { storeKeys } from './store-keys.ts';

/** AWS Secrets Manager and Parameter Store. */
export const aws: Provider<AwsConfig> = {
  id: 'aws',
  schema: awsConfig,
  propertyLookup: 'literal-first',
  environment: settingVariables(['secretsManager', 'parameterStore', 'sts']),
  capabilities: 'ReadWrite',
  usesOwnIdentity: asksAsPrelude,
  // tags of a session are who asks: each namespace and store is an identity of its own then
  consumerInputs: (config) => (tagsAskers(config) ? ['namespace', 'store'] : []),
  credentials: credentialsOf,
  connect: async (config, context) => {
    const life = new AbortController();
    const keys = await storeKeys(config, context, life.signal);
    const client = await connectService(config, { context, keys });
    return {
      ...client,
      validate: async (signal) => {
        if (!canTag(config, context.store)) return 'unknown';
        await keys.current(signal);
        return 'valid';
      },
      [Symbol.asyncDispose]: async () => {
        life.abort(new ProviderError('unavailable', 'the connection to AWS was closed'));
        await client[Symbol.asyncDispose]();
      },
    };
  },
};

interface ServiceOptions {
  readonly context: ProviderContext;
  readonly keys: KeySource;
}

function connectService(config: AwsConfig, { context: { environment, clock }, keys }: ServiceOptions): ReturnType<typeof connectSecrets> {
  const { service, region, prefix = '', auth, secretsManager: { forceDeleteWithoutRecovery: force = false, recoveryWindowInDays: days = 0 } = {} } = config;
  const settings = sdkSettings(service === 'SecretsManager' ? 'secretsManager' : 'parameterStore', environment);
  const areSession = auth?.secretRef === undefined || auth.jwt !== undefined || rolesOf(config).length > 0;
  const calls = createSignedCalls({ keys, areSession, region, settings });
  if (service === 'ParameterStore') return connectParameters({ calls, prefix, clock });
  return connectSecrets({ calls, prefix, deletion: { ...(force ? { ForceDeleteWithoutRecovery: true } : {}), ...(days > 0 ? { RecoveryWindowInDays: days } : {}) }, clock });
}

/** The generators of AWS. */
export const awsGenerators = [eraseGenerator(authorizationTokenGenerator), eraseGenerator(sessionTokenGenerator)];
