import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { connectAws } from '../../test/support/aws-store.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import { startCountingAws } from '../../test/support/counting-aws.ts';
import type { FakeClock } from '../../test/support/fake-clock.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';

const never = new AbortController().signal;

let server: CountingAws;
let clock: FakeClock;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startCountingAws({ secrets: Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`s/${index}`, `value ${index}`])) });
});

afterEach(async () => {
  await server.close();
});

function refs(count: number): readonly RemoteRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: `s/${index}` }));
}

async function read(wanted: readonly RemoteRef[], prefix?: string): Promise<readonly ReadResult[]> {
  await using client = await connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId, ...(prefix === undefined ? {} : { prefix }) });
  return client.read(wanted, never);
}

function told(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

/** The first reference's failure, told for it or thrown for all. */
async function failureOf(wanted: readonly RemoteRef[]): Promise<ProviderError> {
  try {
    const [result] = await read(wanted);
    if (result?.kind === 'error') return result.error;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('reading from Secrets Manager', () => {
  it('reads twenty secrets in one call', async () => {
    const results = await read(refs(20));

    expect(results.map(told)).toEqual(refs(20).map((_, index) => `value ${index}`));
    expect(server.requests.map(({ operation, ids }) => [operation, ids.length])).toEqual([['BatchGetSecretValue', 20]]);
  });

  it('reads a single secret without the permission that a batch needs', async () => {
    server.denyBatch(true);

    expect((await read(refs(1))).map(told)).toEqual(['value 0']);
    expect(server.calls()).toBe(1);
  });

  it('reads versions and stages one by one, beside the batch of current ones', async () => {
    const old = server.set('turned', 'first');
    server.set('turned', 'second');
    const wanted = [{ key: 'turned', version: `uuid/${old}` }, { key: 'turned', version: 'AWSPREVIOUS' }, { key: 'turned', version: 'AWSCURRENT' }, { key: 's/1' }, { key: 'turned' }];

    expect((await read(wanted)).map(told)).toEqual(['first', 'first', 'second', 'value 1', 'second']);
    expect([server.calls('BatchGetSecretValue'), server.calls('GetSecretValue')]).toEqual([1, 2]);
    expect(server.requests.find(({ operation }) => operation === 'BatchGetSecretValue')?.ids).toEqual(['turned', 's/1']);
  });

  it('says which version it read, for provenance', async () => {
    const id = server.set('turned', 'v');
    const results = await read([{ key: 'turned' }, { key: 's/1' }]);

    expect(results[0]?.kind === 'value' && results[0].version).toBe(id);
  });

  it('puts the prefix before every key', async () => {
    expect((await read([{ key: '1' }, { key: '2' }], 's/')).map(told)).toEqual(['value 1', 'value 2']);
  });

  it('finds a secret by its ARN, whole or without the characters that AWS appends', async () => {
    server.set('by-arn', 'found');
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:by-arn';

    server.set('by-arn-and-more', 'other');

    expect((await read([{ key: arn }, { key: 'by-arn-and-more' }, { key: 's/1' }])).map(told)).toEqual(['found', 'other', 'value 1']);
    expect(server.calls()).toBe(1);
  });

  it('counts a secret that is marked for deletion as absent, alone and in a batch', async () => {
    server.markDeleted('s/1');

    expect((await read(refs(2))).map(told)).toEqual(['value 0', 'absent']);
    expect((await read([{ key: 's/1' }])).map(told)).toEqual(['absent']);
  });

  it('refuses an empty key without asking', async () => {
    expect((await read([{ key: '' }])).map(told)).toEqual(['invalid: the key is empty']);
    expect(server.calls()).toBe(0);
  });

  it('asks again, one by one, for what a batch does not speak of', async () => {
    server.behave('partial');

    expect((await read(refs(3))).map(told)).toEqual(['value 0', 'value 1', 'value 2']);
  });
});

describe('where BatchGetSecretValue is denied', () => {
  it.each([true, 'unknown'] as const)('reads one by one, remembers it, and asks again after an hour (%s)', async (denied) => {
    server.denyBatch(denied);
    await using client = await connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId });
    const readAll = async (): Promise<readonly number[]> => {
      server.resetCalls();
      expect((await client.read(refs(3), never)).map(told)).toEqual(['value 0', 'value 1', 'value 2']);
      return [server.calls('BatchGetSecretValue'), server.calls('GetSecretValue')];
    };

    expect(await readAll()).toEqual([1, 3]);
    expect(await readAll()).toEqual([0, 3]);
    await clock.advance(3_600_000);
    expect(await readAll()).toEqual([1, 3]);
    server.denyBatch(false);
    await clock.advance(3_600_000);
    expect(await readAll()).toEqual([1, 0]);
  });

  it('does not take bad credentials for it', async () => {
    await using client = await connectAws({ endpoint: server.url, clock, accessKeyId: 'AKIDSTRANGER' });

    await expect(client.read(refs(3), never)).rejects.toThrow('AWS refuses the access key (UnrecognizedClientException); check the Secret that auth.secretRef names');
    expect(server.calls('GetSecretValue')).toBe(0);
  });
});

describe('failures', () => {
  it.each([
    ['error-500', 'unavailable', 'AWS Secrets Manager is not available (InternalServiceError)'],
    ['html', 'unavailable', 'the endpoint does not answer as AWS Secrets Manager does (HTTP 200)'],
    ['html-404', 'unavailable', 'the endpoint does not answer as AWS Secrets Manager does (HTTP 404)'],
    ['html-500', 'unavailable', 'AWS Secrets Manager is not available (HTTP 502)'],
    ['throttle', 'throttled', 'AWS Secrets Manager asks to slow down (ThrottlingException)'],
  ] as const)('tells %s as %s, in words that stay the same', async (mood, kind, message) => {
    server.behave(mood);
    for (const wanted of [refs(1), refs(5)]) {
      const error = await failureOf(wanted);

      expect([error.kind, error.message]).toEqual([kind, message]);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary|requestid/i);
      // nothing is repeated here; backing off is the planner's
      expect(server.calls()).toBe(1);
      server.resetCalls();
    }
  });

  it('tells a refusal in no words of the service as denied, and believes it for this batch only', async () => {
    await using client = await connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId });
    server.behave('html-403');
    expect((await client.read(refs(2), never)).map(told)).toEqual(refs(2).map(() => 'denied: the endpoint denies the request (HTTP 403); check the access key and its policies'));
    server.behave('well');
    server.resetCalls();
    await client.read(refs(2), never);

    expect(server.calls('BatchGetSecretValue')).toBe(1);
  });

  it('never takes nonsense for absence', async () => {
    server.behave('nonsense');

    expect((await failureOf(refs(1))).kind).toBe('unavailable');
    expect((await failureOf(refs(5))).kind).toBe('unavailable');
  });

  it('passes on how long a throttled caller is to wait', async () => {
    server.behave('throttle');

    expect((await failureOf(refs(1))).retryAfter).toBe(1000);
  });

  it('sends once more, and no more often, over a connection that turns out to be closed', async () => {
    server.behave('reset-once');
    expect((await read(refs(2))).map(told)).toEqual(['value 0', 'value 1']);
    server.resetCalls();
    server.behave('reset');

    expect((await failureOf(refs(2))).message).toBe('AWS Secrets Manager cannot be reached (ECONNRESET)');
    expect(server.calls()).toBe(2);
  });

  it('tells how it could not connect', async () => {
    await server.close();

    expect((await failureOf(refs(1))).message).toBe('AWS Secrets Manager cannot be reached (ECONNREFUSED)');
  });

  it('lets go of an answer that stops in the middle once its signal aborts', async () => {
    server.behave('hang-after-headers');
    await using client = await connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('deadline')), 100);

    await expect(client.read(refs(1), controller.signal)).rejects.toThrow('deadline');
  });

  it('says what to allow where a secret is denied', async () => {
    server.deny('s/0');

    expect(told((await read(refs(1)))[0])).toBe('denied: AWS denies reading the secret (AccessDeniedException); allow secretsmanager:GetSecretValue on it and kms:Decrypt on its key');
  });

  it.each([
    ['', 'the access key id is empty'],
    ['AKID 1\nX: y', 'the access key id is not plain text without spaces'],
  ])('refuses the access key id %j before it asks anybody', async (accessKeyId, message) => {
    await expect(connectAws({ endpoint: server.url, clock, accessKeyId })).rejects.toThrow(message);
  });

  it('takes an access key with a line break at its end, as files have', async () => {
    await using client = await connectAws({ endpoint: server.url, clock, accessKeyId: `${server.accessKeyId}\n` });

    expect((await client.read(refs(1), never)).map(told)).toEqual(['value 0']);
  });
});

describe('the counting server', () => {
  it('refuses more than 20 ids, as AWS does', async () => {
    await using client = await connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId });

    expect(client.batchSize).toBe(20);
    expect((await client.read(refs(21), never)).map(told)).toHaveLength(21);
    expect([server.calls('BatchGetSecretValue'), server.calls('GetSecretValue')]).toEqual([1, 21]);
  });
});

describe('loading', () => {
  it('loads the SDK with the first connection, not with the list of providers', async () => {
    const list = JSON.stringify(new URL('../index.ts', import.meta.url).href);
    const sdk = (urls: readonly string[]): boolean => urls.some((url) => url.includes('/node_modules/@aws-sdk/'));

    expect(sdk(await modulesLoadedBy(`await import(${list})`))).toBe(false);
    // the recorder would see it
    expect(sdk(await modulesLoadedBy("await import('@aws-sdk/client-secrets-manager')"))).toBe(true);
    // two programs are started
  }, 30_000);

  it('loads no more of it than a store needs', async () => {
    const file = JSON.stringify(new URL('../../test/support/aws-store.ts', import.meta.url).href);
    const connect = (service: string): string =>
      `const { connectAws } = await import(${file}); await connectAws({ endpoint: 'http://127.0.0.1:1', accessKeyId: 'AKID', clock: { now: () => 0, monotonic: () => 0, after: () => () => {} }, fields: { service: '${service}' } });`;
    const clients = async (service: string): Promise<readonly string[]> => {
      const urls = await modulesLoadedBy(connect(service));
      return ['client-secrets-manager', 'client-ssm', 'client-sts', 'credential-providers'].filter((name) => urls.some((url) => url.includes(`/node_modules/@aws-sdk/${name}/`)));
    };

    expect(await clients('SecretsManager')).toEqual(['client-secrets-manager']);
    expect(await clients('ParameterStore')).toEqual(['client-ssm']);
  }, 30_000);
});

async function modulesLoadedBy(program: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'prelude-modules-'));
  try {
    const file = join(folder, 'loaded');
    const recorder = fileURLToPath(new URL('../../test/support/record-modules.ts', import.meta.url));
    const root = fileURLToPath(new URL('../..', import.meta.url));
    await promisify(execFile)(process.execPath, ['--import', recorder, '--input-type=module', '--eval', program], { cwd: root, env: { ...process.env, RECORD_MODULES: file } });
    return (await readFile(file, 'utf8')).split('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}
