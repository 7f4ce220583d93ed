import type * as Sdk from '@aws-sdk/client-secrets-manager';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult } from '../../src/provider/contract.ts';
import { failureOfCode } from './errors.ts';
import { readingSecret, searching } from './operation.ts';
import type { SignedCalls } from './signed-calls.ts';

/** Which version of a secret: the default is the stage AWSCURRENT. */
export interface SecretVersion {
  readonly VersionId?: string;
  readonly VersionStage?: string;
}

export interface SecretPage {
  readonly secrets: readonly Sdk.SecretListEntry[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

export interface ListRequest {
  readonly filters: readonly Sdk.Filter[];
  readonly next?: string;
}

/** What Secrets Manager is asked for, in our words. */
export interface SecretsManager {
  /** One secret. Absence and denial are results. @throws the signal's reason */
  readonly getOne: (id: string, version: SecretVersion, signal: AbortSignal) => Promise<ReadResult>;
  /** Current values of at most 20 secrets. Those that the answer does not speak of clearly are left out. What it throws is for `failureOf`. */
  readonly getMany: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, ReadResult>>;
  /** What is known of a secret besides its value, undefined where there is none. @throws ProviderError; the signal's reason */
  readonly describe: (id: string, signal: AbortSignal) => Promise<Sdk.DescribeSecretResponse | undefined>;
  /** Up to a hundred secrets. @throws ProviderError; the signal's reason */
  readonly list: (request: ListRequest, signal: AbortSignal) => Promise<SecretPage>;
  readonly failureOf: SignedCalls['failureOf'];
}

/** The most secrets on one page. */
const pageSize = 100;
const describing = searching(readingSecret, 'secretsmanager:DescribeSecret');
const listing = searching(readingSecret, 'secretsmanager:ListSecrets');

/** The calls that read, of an SDK that is loaded. */
export function createSecretsManager(sdk: typeof Sdk, client: Sdk.SecretsManagerClient, calls: SignedCalls): SecretsManager {
  return {
    getOne: async (id, version, abortSignal) => {
      try {
        return valueOf(await calls.send(() => client.send(new sdk.GetSecretValueCommand({ SecretId: id, ...version }), { abortSignal }), abortSignal));
      } catch (thrown) {
        abortSignal.throwIfAborted();
        const { meaning, error } = calls.failureOf(thrown, readingSecret);
        return meaning === 'absent' ? { kind: 'absent' } : { kind: 'error', error };
      }
    },
    getMany: async (ids, abortSignal) => {
      const answer = await calls.send(() => client.send(new sdk.BatchGetSecretValueCommand({ SecretIdList: [...ids] }), { abortSignal }), abortSignal);
      return matchBatch(ids, answer);
    },
    describe: async (id, abortSignal) => {
      try {
        return await calls.send(() => client.send(new sdk.DescribeSecretCommand({ SecretId: id }), { abortSignal }), abortSignal);
      } catch (thrown) {
        abortSignal.throwIfAborted();
        const { meaning, error } = calls.failureOf(thrown, describing);
        if (meaning === 'absent') return undefined;
        throw error;
      }
    },
    list: async ({ filters, next }, abortSignal) => {
      const command = (): Sdk.ListSecretsCommand =>
        new sdk.ListSecretsCommand({ MaxResults: pageSize, ...(filters.length === 0 ? {} : { Filters: [...filters] }), ...(next === undefined ? {} : { NextToken: next }) });
      const { SecretList: secrets = [], NextToken: token } = await calls.must(listing, () => client.send(command(), { abortSignal }), abortSignal);
      return { secrets, ...(token === undefined ? {} : { next: token }) };
    },
    failureOf: calls.failureOf,
  };
}

type SecretValue = Pick<Sdk.GetSecretValueResponse, 'SecretString' | 'SecretBinary' | 'VersionId'>;

/** @throws ProviderError `unavailable` for an answer without a value */
function valueOf(answer: SecretValue): ReadResult {
  const value = bytesOf(answer);
  if (value === undefined) throw failureOfCode({ code: '', message: '' }).error;
  return { kind: 'value', value, ...(answer.VersionId === undefined ? {} : { version: answer.VersionId }) };
}

/** The text where there is one, the bytes otherwise. */
function bytesOf({ SecretString: text, SecretBinary: bytes }: SecretValue): SecretBytes | undefined {
  // the SDK gives what the endpoint answers, of whatever kind it is
  if (typeof text === 'string') return SecretBytes.fromUtf8(text);
  return bytes instanceof Uint8Array ? new SecretBytes(bytes) : undefined;
}

/** Brings the answer of a batch, which is in no order, back to the ids that were asked for. */
function matchBatch(ids: readonly string[], answer: Sdk.BatchGetSecretValueResponse): ReadonlyMap<string, ReadResult> {
  const found = new Map<string, ReadResult>();
  for (const id of ids) {
    const value = answer.SecretValues?.find((secret) => isNamed(secret, id));
    const failed = answer.Errors?.find(({ SecretId }) => SecretId === id);
    if (value !== undefined && bytesOf(value) !== undefined) found.set(id, valueOf(value));
    else if (failed !== undefined) {
      const { meaning, error } = failureOfCode({ code: failed.ErrorCode ?? '', message: failed.Message ?? '' });
      if (meaning === 'absent') found.set(id, { kind: 'absent' });
      if (meaning === 'forbidden') found.set(id, { kind: 'error', error });
    }
  }
  return found;
}

/** Whether an id means this secret: its name, or its ARN with or without the six characters that AWS appends to the name. */
export function isNamed({ Name: name, ARN: arn }: { readonly Name?: string | undefined; readonly ARN?: string | undefined }, id: string): boolean {
  return name === id || (arn !== undefined && (arn === id || (id.startsWith('arn:') && arn.startsWith(`${id}-`) && arn.length === id.length + 7)));
}
