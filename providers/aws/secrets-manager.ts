import type { BatchGetSecretValueResponse, GetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { failureOf, failureOfCode, isClosedConnection } from './errors.ts';

export interface SecretsManagerOptions {
  readonly region: string;
  /** Where requests go instead of to AWS. */
  readonly endpoint?: string;
  readonly accessKeyId: SecretBytes;
  readonly secretAccessKey: SecretBytes;
  readonly sessionToken?: SecretBytes;
}

/** Which version of a secret: the default is the stage AWSCURRENT. */
export interface SecretVersion {
  readonly VersionId?: string;
  readonly VersionStage?: string;
}

/** The two calls that are made, in our words. What they throw is for `failureOf`. */
export interface SecretsManager {
  /** One secret. Absence and denial are results; anything else is thrown. */
  readonly getOne: (id: string, version: SecretVersion, signal: AbortSignal) => Promise<ReadResult>;
  /** Current values of at most 20 secrets. Those that the answer does not speak of clearly are left out. */
  readonly getMany: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, ReadResult>>;
  readonly destroy: () => void;
}

/** The SDK repeats nothing: the planner holds back and the queues back off, for all consumers together. */
const attempts = 1;

/**
 * Loads the SDK, on first use only, and connects to Secrets Manager. Nothing is sent yet.
 * @throws ProviderError `invalid` for access keys that can be none
 */
export async function connectSecretsManager(options: SecretsManagerOptions): Promise<SecretsManager> {
  const { BatchGetSecretValueCommand, GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({
    region: options.region,
    credentials: {
      accessKeyId: textOf(options.accessKeyId, 'access key id'),
      secretAccessKey: textOf(options.secretAccessKey, 'secret access key'),
      ...(options.sessionToken === undefined ? {} : { sessionToken: textOf(options.sessionToken, 'session token') }),
    },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    maxAttempts: attempts,
  });
  return {
    getOne: async (id, version, abortSignal) => {
      try {
        return valueOf(await reconnecting(() => client.send(new GetSecretValueCommand({ SecretId: id, ...version }), { abortSignal })));
      } catch (thrown) {
        abortSignal.throwIfAborted();
        const { meaning, error } = failureOf(thrown);
        return meaning === 'absent' ? { kind: 'absent' } : { kind: 'error', error };
      }
    },
    getMany: async (ids, abortSignal) => {
      const answer = await reconnecting(() => client.send(new BatchGetSecretValueCommand({ SecretIdList: [...ids] }), { abortSignal }));
      return matchBatch(ids, answer);
    },
    destroy: () => client.destroy(),
  };
}

/** Sends once more where the connection, idle in the pool, turned out to have been closed by the other side. */
export async function reconnecting<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (thrown) {
    if (!isClosedConnection(thrown)) throw thrown;
    return send();
  }
}

/**
 * Access keys are pasted from files: a line break at the end is not a part of them.
 * @throws ProviderError `invalid` for what can be no access key, and no header of a request
 */
export function textOf(secret: SecretBytes, what: string): string {
  const text = Buffer.from(secret.reveal()).toString('utf8').trim();
  if (/^[!-~]+$/.test(text)) return text;
  throw new ProviderError('invalid', `the ${what} is ${text === '' ? 'empty' : 'not plain text without spaces'}; check the Secret that auth.secretRef names`);
}

type SecretValue = Pick<GetSecretValueResponse, 'SecretString' | 'SecretBinary' | 'VersionId'>;

/** @throws ProviderError `unavailable` for an answer without a value */
function valueOf(answer: SecretValue): ReadResult {
  const value = bytesOf(answer);
  if (value === undefined) throw failureOfCode({ code: '', message: '' }).error;
  return { kind: 'value', value, ...(answer.VersionId === undefined ? {} : { version: answer.VersionId }) };
}

/** The text where there is one, the bytes otherwise. */
function bytesOf({ SecretString: text, SecretBinary: bytes }: SecretValue): SecretBytes | undefined {
  if (text !== undefined) return SecretBytes.fromUtf8(text);
  return bytes === undefined ? undefined : new SecretBytes(bytes);
}

/** Brings the answer of a batch, which is in no order, back to the ids that were asked for. */
function matchBatch(ids: readonly string[], answer: BatchGetSecretValueResponse): ReadonlyMap<string, ReadResult> {
  const found = new Map<string, ReadResult>();
  for (const id of ids) {
    const value = answer.SecretValues?.find(({ Name, ARN }) => Name === id || (ARN !== undefined && isArnOf(ARN, id)));
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

/** Whether `id` is this ARN, with or without the six characters that AWS appends to a secret's name. */
function isArnOf(arn: string, id: string): boolean {
  return arn === id || (arn.startsWith(`${id}-`) && arn.length === id.length + 7);
}
