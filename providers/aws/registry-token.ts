import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { callFailure } from './call-failure.ts';
import { reconnecting } from './reconnecting.ts';
import type { AwsKeys } from './sdk-keys.ts';
import { sdkKeys } from './sdk-keys.ts';
import type { SdkSettings } from './sdk-settings.ts';

/** What logs a container runtime in. */
export interface RegistryToken {
  readonly username: SecretBytes;
  readonly password: SecretBytes;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** The registry's URL; a public one has none. */
  readonly proxyEndpoint?: string;
}

export interface RegistryOptions {
  readonly region: string;
  readonly keys: AwsKeys;
  readonly settings: SdkSettings;
}

/** What ECR answers; all of it may be missing. */
interface TokenData {
  readonly authorizationToken?: string | undefined;
  readonly expiresAt?: Date | undefined;
  readonly proxyEndpoint?: string | undefined;
}

/** A token of the account's private registry. @throws ProviderError; the signal's reason */
export async function getPrivateToken(options: RegistryOptions, signal: AbortSignal): Promise<RegistryToken> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  const client = new ECRClient(clientOptions(options));
  return call('AWS ECR', 'ecr:GetAuthorizationToken', client, async () => {
    const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
    return authorizationData[0];
  }, signal);
}

/** A token of the public registry. @throws ProviderError; the signal's reason */
export async function getPublicToken(options: RegistryOptions, signal: AbortSignal): Promise<RegistryToken> {
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public');
  const client = new ECRPUBLICClient(clientOptions(options));
  return call('AWS ECR Public', 'ecr-public:GetAuthorizationToken', client, async () => {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal });
    return authorizationData;
  }, signal);
}

function clientOptions({ region, keys, settings }: RegistryOptions) {
  return { ...settings, region, credentials: sdkKeys(keys) };
}

async function call(service: string, action: string, client: { readonly destroy: () => void }, send: () => Promise<TokenData | undefined>, signal: AbortSignal): Promise<RegistryToken> {
  try {
    return tokenOf(service, await reconnecting(send));
  } catch (thrown) {
    signal.throwIfAborted();
    throw callFailure(thrown, { service, action });
  } finally {
    client.destroy();
  }
}

/** The token is `username:password` in base64. */
function tokenOf(service: string, { authorizationToken = '', expiresAt, proxyEndpoint }: TokenData = {}): RegistryToken {
  const pair = Buffer.from(authorizationToken, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon <= 0 || expiresAt === undefined) throw new ProviderError('unavailable', `the endpoint does not answer as ${service} does: there is no token`);
  return {
    username: SecretBytes.fromUtf8(pair.slice(0, colon)),
    password: SecretBytes.fromUtf8(pair.slice(colon + 1)),
    expiresAt: Math.floor(expiresAt.getTime() / 1000),
    ...(proxyEndpoint === undefined ? {} : { proxyEndpoint }),
  };
}
