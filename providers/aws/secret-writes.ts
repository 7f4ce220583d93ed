import type * as Sdk from '@aws-sdk/client-secrets-manager';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { readingSecret, writing } from './operation.ts';
import type { SignedCalls } from './signed-calls.ts';

export type PushFormat = 'binary' | 'string';

export interface NewSecret {
  readonly name: string;
  readonly value: SecretBytes;
  readonly format: PushFormat;
  readonly tags: Sdk.Tag[];
  readonly description: string;
  readonly key: string;
  /** The regions that it is copied to. */
  readonly regions: readonly string[];
}

/** How a secret is deleted. */
export interface SecretDeletion {
  readonly ForceDeleteWithoutRecovery?: boolean;
  readonly RecoveryWindowInDays?: number;
}

/** The calls to Secrets Manager that change something. Each throws ProviderError, or the signal's reason. */
export interface SecretWrites {
  readonly create: (secret: NewSecret, signal: AbortSignal) => Promise<void>;
  readonly put: (id: string, value: SecretBytes, format: PushFormat, signal: AbortSignal) => Promise<void>;
  readonly restore: (id: string, signal: AbortSignal) => Promise<void>;
  readonly tag: (id: string, tags: Sdk.Tag[], signal: AbortSignal) => Promise<void>;
  readonly untag: (id: string, keys: string[], signal: AbortSignal) => Promise<void>;
  readonly copyTo: (id: string, regions: readonly string[], key: string | undefined, signal: AbortSignal) => Promise<void>;
  readonly removeFrom: (id: string, regions: readonly string[], signal: AbortSignal) => Promise<void>;
  readonly delete: (id: string, how: SecretDeletion, signal: AbortSignal) => Promise<void>;
}

export function createSecretWrites(sdk: typeof Sdk, client: Sdk.SecretsManagerClient, calls: SignedCalls): SecretWrites {
  const must = async (action: string, send: (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>, abortSignal: AbortSignal): Promise<void> => {
    await calls.must(writing(readingSecret, `secretsmanager:${action}`), () => send({ abortSignal }), abortSignal);
  };
  return {
    create: ({ name, value, format, tags, description, key, regions }, signal) => {
      const input = { Name: name, ...content(value, format), Tags: tags, Description: description, KmsKeyId: key, ...(regions.length === 0 ? {} : { AddReplicaRegions: copies(regions, key) }) };
      return must('CreateSecret', (options) => client.send(new sdk.CreateSecretCommand(input), options), signal);
    },
    put: (id, value, format, signal) => must('PutSecretValue', (options) => client.send(new sdk.PutSecretValueCommand({ SecretId: id, ...content(value, format) }), options), signal),
    restore: (id, signal) => must('RestoreSecret', (options) => client.send(new sdk.RestoreSecretCommand({ SecretId: id }), options), signal),
    tag: (id, tags, signal) => must('TagResource', (options) => client.send(new sdk.TagResourceCommand({ SecretId: id, Tags: tags }), options), signal),
    untag: (id, keys, signal) => must('UntagResource', (options) => client.send(new sdk.UntagResourceCommand({ SecretId: id, TagKeys: keys }), options), signal),
    copyTo: (id, regions, key, signal) =>
      must('ReplicateSecretToRegions', (options) => client.send(new sdk.ReplicateSecretToRegionsCommand({ SecretId: id, AddReplicaRegions: copies(regions, key) }), options), signal),
    removeFrom: (id, regions, signal) =>
      must('RemoveRegionsFromReplication', (options) => client.send(new sdk.RemoveRegionsFromReplicationCommand({ SecretId: id, RemoveReplicaRegions: [...regions] }), options), signal),
    delete: (id, how, signal) => must('DeleteSecret', (options) => client.send(new sdk.DeleteSecretCommand({ SecretId: id, ...how }), options), signal),
  };
}

function content(value: SecretBytes, format: PushFormat): { readonly SecretString: string } | { readonly SecretBinary: Uint8Array } {
  return format === 'string' ? { SecretString: Buffer.from(value.reveal()).toString('utf8') } : { SecretBinary: value.reveal() };
}

function copies(regions: readonly string[], key: string | undefined): Sdk.ReplicaRegionType[] {
  return regions.map((Region) => ({ Region, ...(key === undefined ? {} : { KmsKeyId: key }) }));
}
