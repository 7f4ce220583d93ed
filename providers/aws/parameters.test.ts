import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FindQuery, ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { push } from '../../test/support/aws-push.ts';
import { connectAws } from '../../test/support/aws-store.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import { startCountingAws } from '../../test/support/counting-aws.ts';
import type { FakeClock } from '../../test/support/fake-clock.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';

const never = new AbortController().signal;
const hour = 3_600_000;

let server: CountingAws;
let clock: FakeClock;
let client: ProviderClient;

beforeEach(async () => {
  clock = createFakeClock();
  server = await startCountingAws({ parameters: Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`/p/${index}`, `value ${index}`])) });
  client = await connect();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await server.close();
});

function connect(fields: object = {}): Promise<ProviderClient> {
  return connectAws({ endpoint: server.url, clock, accessKeyId: server.accessKeyId, fields: { service: 'ParameterStore', ...fields } });
}

function told(result: ReadResult | undefined): string {
  if (result?.kind === 'value') return Buffer.from(result.value.reveal()).toString('utf8');
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'nothing');
}

async function read(...keys: readonly (string | RemoteRef)[]): Promise<readonly string[]> {
  return (await client.read(keys.map((key) => (typeof key === 'string' ? { key } : key)), never)).map(told);
}

/** What has been asked since the last time. */
function asked(): readonly string[] {
  const seen = server.requests.map(({ operation, ids }) => (operation === 'GetParameters' ? `${operation} ${ids.length}` : operation));
  server.resetCalls();
  return seen;
}

const ten = Array.from({ length: 10 }, (_, index) => `/p/${index}`);
const tenValues = ten.map((_, index) => `value ${index}`);

describe('reading from Parameter Store', () => {
  it('reads ten parameters in one call', async () => {
    expect(await read(...ten)).toEqual(tenValues);
    expect(asked()).toEqual(['GetParameters 10']);
  });

  it('reads a single one without the permission that a batch needs', async () => {
    server.denyBatch(true);

    expect(await read('/p/0')).toEqual(['value 0']);
    expect(asked()).toEqual(['GetParameter']);
  });

  it('reads versions and labels in a batch, and several of one parameter one by one', async () => {
    server.parameters.set('turned', 'first');
    server.parameters.set('turned', 'second');
    server.parameters.set('other', 'only');
    server.parameters.label('other', 1, 'blessed');
    const wanted = [{ key: 'turned', version: '1' }, { key: 'turned' }, { key: 'other', version: 'blessed' }, { key: 'other', version: '2' }, { key: '/p/0' }];

    expect(await read(...wanted)).toEqual(['first', 'second', 'only', 'invalid: the parameter has no such version or label (ParameterVersionNotFound); check version', 'value 0']);
    expect(asked()).toEqual(['GetParameters 3', 'GetParameter', 'GetParameter']);
  });

  it('says which version it read, for provenance', async () => {
    server.parameters.set('/p/0', 'again');

    expect((await client.read([{ key: '/p/0' }, { key: '/p/1' }], never)).map((result) => result.kind === 'value' && result.version)).toEqual(['2', '1']);
  });

  it('decrypts', async () => {
    await push(client, 'safe', { value: 'plain', spec: { secretType: 'SecureString' } });

    expect(await read('safe', '/p/0')).toEqual(['plain', 'value 0']);
  });

  it('reads what is no plain name alone: AWS says whether it is one', async () => {
    const arn = 'arn:aws:ssm:eu-central-1:123456789012:parameter/p/1';

    expect(await read('not a name', arn, '/p/0', '/p/2')).toEqual(['invalid: AWS refuses the request (ValidationException); check key and version', expect.any(String), 'value 0', 'value 2']);
    expect(asked().toSorted()).toEqual(['GetParameter', 'GetParameter', 'GetParameters 2']);
  });

  it('puts the prefix before every key', async () => {
    await using prefixed = await connect({ prefix: '/p/' });

    expect((await prefixed.read([{ key: '1' }, { key: '2' }], never)).map(told)).toEqual(['value 1', 'value 2']);
  });

  it('refuses an empty key without asking', async () => {
    expect(await read('')).toEqual(['invalid: the key is empty']);
    expect(asked()).toEqual([]);
  });

  it('answers whatever is asked together as it answers each alone', async () => {
    server.parameters.set('/p/0', 'turned');
    server.parameters.label('/p/0', 1, 'blessed');
    server.deny('/p/9');
    const key = fc.constantFrom('/p/0', '/p/1', '/p/9', '/p/none', 'not a name', 'a/b', '/p/0:1', '');
    const ref = fc.record({ key, version: fc.constantFrom('', '1', '2', '3', 'blessed', 'none') }, { requiredKeys: ['key'] });
    await using other = await connect();
    await fc.assert(
      fc.asyncProperty(fc.array(ref, { maxLength: 10 }), async (refs) => {
        const together = await client.read(refs, never);
        await clock.advance(60_000);
        const alone = await Promise.all(refs.map(async (one) => (await other.read([one], never))[0]));
        await clock.advance(60_000);
        expect(together.map(told)).toEqual(alone.map(told));
      }),
      { numRuns: 30 },
    );
    // every case takes some calls
  }, 30_000);

  it('keeps itself to the calls that AWS takes, where it must read one by one', async () => {
    server.denyBatch('unknown');
    await read('/p/0', '/p/1');
    await clock.advance(1000);
    asked();
    const reads = Promise.all(Array.from({ length: 6 }, () => client.read(ten.map((key) => ({ key })), never)));
    // what may begin at once
    await expect.poll(() => server.calls()).toBe(20);
    await clock.settle();
    expect(server.calls()).toBe(20);
    await clock.advance(500);
    await expect.poll(() => server.calls()).toBe(40);
    await clock.advance(500);
    await expect.poll(() => server.calls()).toBe(60);

    expect((await reads).flat().map(told)).toEqual(Array.from({ length: 6 }, () => tenValues).flat());
  });
});

describe('where GetParameters is denied', () => {
  it.each([true, 'unknown'] as const)('reads one by one, remembers it, and asks again after an hour (%s)', async (denied) => {
    server.denyBatch(denied);
    const three = ['/p/0', '/p/1', '/p/2'];
    const singly = ['GetParameter', 'GetParameter', 'GetParameter'];
    const readThree = async (): Promise<readonly string[]> => {
      expect(await read(...three)).toEqual(['value 0', 'value 1', 'value 2']);
      return asked();
    };

    expect(await readThree()).toEqual(['GetParameters 3', ...singly]);
    expect(await readThree()).toEqual(singly);
    server.denyBatch(false);
    await clock.advance(hour);
    expect(await readThree()).toEqual(['GetParameters 3']);
  });

  it('for one parameter, it fails alone, and spoils no other batch', async () => {
    server.deny('/p/3');
    const expected = tenValues.with(3, 'denied: AWS denies reading the parameter (AccessDeniedException); allow ssm:GetParameter on it and kms:Decrypt on its key');

    expect(await read(...ten)).toEqual(expected);
    expect(asked()).toHaveLength(11);
    expect(await read(...ten)).toEqual(expected);
    expect(asked()).toEqual(['GetParameters 9', 'GetParameter']);
    server.deny('/p/3', false);
    expect(await read(...ten)).toEqual(tenValues);
    expect(asked()).toEqual(['GetParameters 9', 'GetParameter']);
    await clock.advance(hour);
    await read(...ten);
    expect(asked()).toEqual(['GetParameters 10']);
  });

  it('by a proxy that says nothing, it is believed for this batch only', async () => {
    server.behave('html-403');
    expect(await read('/p/0', '/p/1')).toEqual(Array.from({ length: 2 }, () => 'denied: the endpoint denies the request (HTTP 403); check the access key and its policies'));
    server.behave('well');
    asked();
    await read('/p/0', '/p/1');

    expect(asked()).toEqual(['GetParameters 2']);
  });
});

describe('failures of Parameter Store', () => {
  it.each([
    ['error-500', 'unavailable', 'AWS Parameter Store is not available (InternalServiceError)'],
    ['html', 'unavailable', 'the endpoint does not answer as AWS Parameter Store does (HTTP 200)'],
    ['throttle', 'throttled', 'AWS Parameter Store asks to slow down (ThrottlingException)'],
    ['nonsense', 'unavailable', 'the endpoint does not answer as AWS Parameter Store does'],
  ] as const)('tells %s as %s, in words that stay the same', async (mood, kind, message) => {
    server.behave(mood);
    const [result] = await client.read([{ key: '/p/0' }], never);

    expect(result).toMatchObject({ kind: 'error', error: { kind, message } });
    expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});

describe('a search of parameters', () => {
  const found = async (query: FindQuery): Promise<readonly string[] | undefined> => (await client.find?.(query, never))?.map(({ key }) => key).toSorted();
  const named = (pattern: RegExp): FindQuery => ({ name: { source: pattern.source, matches: (name) => pattern.test(name) } });

  it('takes the values along, ten to a call', async () => {
    expect(await found({ path: '/p' })).toHaveLength(25);
    expect(asked()).toEqual(['GetParametersByPath', 'GetParametersByPath', 'GetParametersByPath']);
  });

  it('reads by name where GetParametersByPath is denied', async () => {
    server.denyOperation('GetParametersByPath');

    expect(await found(named(/\/p\/2/))).toEqual(['/p/2', '/p/20', '/p/21', '/p/22', '/p/23', '/p/24']);
    expect(asked()).toEqual(['GetParametersByPath', 'DescribeParameters', 'GetParameters 6']);
  });

  it('fails where both are denied', async () => {
    server.denyOperation('GetParametersByPath');
    server.denyOperation('DescribeParameters');

    await expect(found(named(/./))).rejects.toMatchObject({ kind: 'denied', message: 'AWS denies ssm:DescribeParameters (AccessDeniedException); allow it to the identity of auth and role' });
  });

  it('finds by tags, below a path, and by name, all at once', async () => {
    server.parameters.set('/net/dev/a', 'v', { team: 'chain' });
    server.parameters.set('/net/dev/b', 'v', { team: 'other' });
    server.parameters.set('/net/main/a', 'v', { team: 'chain' });

    expect(await found({ tags: { team: 'chain' } })).toEqual(['/net/dev/a', '/net/main/a']);
    expect(await found({ tags: { team: 'chain' }, path: '/net/dev/' })).toEqual(['/net/dev/a']);
    expect(await found({ tags: { team: 'chain' }, ...named(/main/) })).toEqual(['/net/main/a']);
  });

  it('fails as a whole where one value is denied: the others alone would look like all', async () => {
    server.denyOperation('GetParametersByPath');
    server.deny('/p/7');

    await expect(found(named(/./))).rejects.toMatchObject({ kind: 'denied' });
  });
});

describe('the tags of a parameter', () => {
  it('are read one by one, whatever version is meant', async () => {
    server.parameters.set('/p/0', 'canary', { team: 'chain' });

    expect(await read({ key: '/p/0', version: '1', metadata: true }, { key: '/p/none', metadata: true })).toEqual(['{"team":"chain"}', 'absent']);
  });
});
