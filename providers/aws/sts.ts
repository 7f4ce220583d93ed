import type { Credentials, STSClient } from '@aws-sdk/client-sts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { callFailure } from './call-failure.ts';
import { reconnecting } from './reconnecting.ts';
import type { AwsKeys } from './sdk-keys.ts';
import { sdkKeys } from './sdk-keys.ts';
import type { SdkSettings } from './sdk-settings.ts';
import { sdkSettings } from './sdk-settings.ts';

/** Keys that end. */
export interface SessionKeys extends Required<AwsKeys> {
  /** Seconds since the epoch. */
  readonly expiration: number;
}

export interface StsOptions {
  readonly region: string;
  readonly settings: SdkSettings;
}

/** How STS is asked. */
export function stsOptions(region: string, environment: ReadonlyMap<string, string>): StsOptions {
  return { region, settings: sdkSettings('sts', environment) };
}

/** The name under which sessions show in CloudTrail: upstream's, so that policies about it go on to hold. */
const sessionName = 'external-secrets-provider-aws';
const service = 'AWS STS';

/** What the session of a role is to be. */
export interface RoleRequest {
  readonly role: string;
  readonly externalId?: string;
  readonly tags?: readonly SessionTag[];
  readonly transitiveTagKeys?: readonly string[];
}

export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

/** Assumes a role with keys. @throws ProviderError; the signal's reason */
export async function assumeRole({ keys, role, externalId, tags = [], transitiveTagKeys = [], ...options }: StsOptions & RoleRequest & { readonly keys: AwsKeys }, signal: AbortSignal): Promise<SessionKeys> {
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  const command = new AssumeRoleCommand({
    RoleArn: role,
    RoleSessionName: sessionName,
    ...(externalId === undefined || externalId === '' ? {} : { ExternalId: externalId }),
    ...(tags.length === 0 ? {} : { Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) }),
    // AWS refuses keys of tags that there are none of
    ...(tags.length === 0 || transitiveTagKeys.length === 0 ? {} : { TransitiveTagKeys: [...transitiveTagKeys] }),
  });
  return call({ ...options, keys }, tags.length === 0 ? 'sts:AssumeRole' : 'sts:AssumeRole and sts:TagSession', (client) => client.send(command, { abortSignal: signal }), signal);
}

/** Assumes a role with the token of a service account; nobody signs this. @throws ProviderError; the signal's reason */
export async function assumeRoleWithToken({ role, token, ...options }: StsOptions & { readonly role: string; readonly token: SecretBytes }, signal: AbortSignal): Promise<SessionKeys> {
  const { AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts');
  const command = new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: sessionName, WebIdentityToken: Buffer.from(token.reveal()).toString('utf8') });
  return call(options, 'sts:AssumeRoleWithWebIdentity', (client) => client.send(command, { abortSignal: signal }), signal);
}

/** What a session token is asked for with. */
export interface SessionRequest {
  readonly DurationSeconds?: number;
  readonly SerialNumber?: string;
  readonly TokenCode?: string;
}

/** Temporary keys of whom the keys belong to. @throws ProviderError; the signal's reason */
export async function getSessionToken({ keys, request, ...options }: StsOptions & { readonly keys: AwsKeys; readonly request: SessionRequest }, signal: AbortSignal): Promise<SessionKeys> {
  const { GetSessionTokenCommand } = await import('@aws-sdk/client-sts');
  return call({ ...options, keys }, 'sts:GetSessionToken', (client) => client.send(new GetSessionTokenCommand(request), { abortSignal: signal }), signal);
}

type Call = (client: STSClient) => Promise<{ readonly Credentials?: Credentials | undefined }>;

async function call({ region, settings, keys }: StsOptions & { readonly keys?: AwsKeys }, action: string, send: Call, signal: AbortSignal): Promise<SessionKeys> {
  const { STSClient: Client } = await import('@aws-sdk/client-sts');
  // without keys the SDK would look for some of the controller's; what needs none is not signed either way
  const credentials = keys === undefined ? { accessKeyId: 'none', secretAccessKey: 'none' } : sdkKeys(keys);
  const client = new Client({ ...settings, region, credentials });
  try {
    return sessionKeysOf(await reconnecting(() => send(client)));
  } catch (thrown) {
    signal.throwIfAborted();
    throw callFailure(thrown, { service, action });
  } finally {
    client.destroy();
  }
}

function sessionKeysOf({ Credentials: keys }: { readonly Credentials?: Credentials | undefined }): SessionKeys {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = keys ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined || Expiration === undefined) {
    throw new ProviderError('unavailable', `the endpoint does not answer as ${service} does: there are no credentials`);
  }
  return {
    accessKeyId: SecretBytes.fromUtf8(AccessKeyId),
    secretAccessKey: SecretBytes.fromUtf8(SecretAccessKey),
    sessionToken: SecretBytes.fromUtf8(SessionToken),
    expiration: Math.floor(Expiration.getTime() / 1000),
  };
}
