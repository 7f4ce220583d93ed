import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { push, unpush } from '../../test/support/aws-push.ts';
import { connectAws } from '../../test/support/aws-store.ts';
import type { CountingAws } from '../../test/support/counting-aws.ts';
import { startCountingAws } from '../../test/support/counting-aws.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';

let server: CountingAws;
let client: ProviderClient;

beforeEach(async () => {
  server = await startCountingAws();
  client = await connect();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await server.close();
});

function connect(fields: object = {}): Promise<ProviderClient> {
  return connectAws({ endpoint: server.url, clock: createFakeClock(), accessKeyId: server.accessKeyId, fields: { service: 'ParameterStore', ...fields } });
}

describe('a push of a parameter', () => {
  const content = (name: string): string | undefined => server.parameters.get(name)?.versions.at(-1)?.value;

  it('makes a string with our tag', async () => {
    expect(await push(client, 'made', { value: 'line\nß' })).toBe('written');
    expect(server.parameters.get('made')).toMatchObject({ type: 'String', tier: 'Standard', description: "secret 'managed-by:external-secrets'", key: undefined, tags: new Map([['managed-by', 'external-secrets']]) });
    expect(content('made')).toBe('line\nß');
  });

  it('makes it as its metadata says', async () => {
    const policies = [{ Type: 'Expiration', Version: '1.0', Attributes: { Timestamp: '2030-01-01T00:00:00Z' } }];
    const spec = { secretType: 'SecureString', kmsKeyID: 'alias/mine', tier: { type: 'Advanced', policies }, tags: { team: 'chain' }, description: 'for the testnet' };

    expect(await push(client, 'made', { spec })).toBe('written');
    expect(server.parameters.get('made')).toMatchObject({ type: 'SecureString', key: 'alias/mine', tier: 'Advanced', policies: JSON.stringify(policies), description: 'for the testnet', tags: new Map([['team', 'chain'], ['managed-by', 'external-secrets']]) });
  });

  it('takes the standard key for a SecureString that names none', async () => {
    await push(client, 'made', { spec: { secretType: 'SecureString' } });

    expect(server.parameters.get('made')?.key).toBe('alias/aws/ssm');
  });

  it('writes a whole Secret in base64, as External Secrets does, or as it is', async () => {
    const whole = { b: 'two', a: 'one' };
    await push(client, 'encoded', { whole });
    await push(client, 'plain', { whole, spec: { encodeAsDecoded: true } });

    expect([content('encoded'), content('plain')]).toEqual(['{"a":"b25l","b":"dHdv"}', '{"b":"two","a":"one"}']);
  });

  it('writes nothing where nothing has changed', async () => {
    await push(client, 'same');
    server.resetCalls();

    expect(await push(client, 'same')).toBe('unchanged');
    expect(server.requests.map(({ operation }) => operation)).toEqual(['GetParameter', 'ListTagsForResource']);
  });

  it('changes tags to what its metadata says, and leaves them where it says nothing', async () => {
    await push(client, 'kept', { spec: { tags: { a: '1', b: '2' } } });
    expect(await push(client, 'kept', { value: 'w' })).toBe('written');
    expect([...(server.parameters.get('kept')?.tags.keys() ?? [])]).toEqual(['a', 'b', 'managed-by']);
    expect(await push(client, 'kept', { value: 'w', spec: { tags: { b: '3' } } })).toBe('written');

    expect(Object.fromEntries(server.parameters.get('kept')?.tags ?? [])).toEqual({ b: '3', 'managed-by': 'external-secrets' });
    expect(server.parameters.get('kept')?.versions).toHaveLength(2);
  });

  it.each([
    [{ tags: { 'managed-by': 'me' } }, 'invalid: metadata.spec.tags: must not have the key managed-by: it marks what is pushed'],
    [{ secretType: 'Text' }, 'invalid: metadata.spec.secretType: '],
    [{ kmsKeyId: 'x' }, 'invalid: metadata.spec'],
  ])('refuses the metadata %j before it asks anybody', async (spec, message) => {
    expect(await push(client, 'made', { spec })).toContain(message);
    expect(server.calls()).toBe(0);
  });

  it.each([
    [5000, {}, 'invalid: AWS refuses the request (ValidationException); check name, value and metadata'],
    [5000, { tier: { type: 'Advanced' } }, 'written'],
    [8193, { tier: { type: 'Advanced' } }, 'invalid: the value has 8193 bytes; AWS Parameter Store keeps 4096, and 8192 in its advanced tier'],
  ])('of %d bytes with %j comes to what it should', async (size, spec, outcome) => {
    expect(await push(client, 'large', { value: 'x'.repeat(size), spec })).toBe(outcome);
  });

  it('says what to allow where it is denied', async () => {
    server.denyOperation('PutParameter');

    expect(await push(client, 'made')).toBe('denied: AWS denies ssm:PutParameter (AccessDeniedException); allow it to the identity of auth and role');
  });

  it('puts the prefix before the remote key, and removes there', async () => {
    await using prefixed = await connect({ prefix: '/net/' });
    await push(prefixed, 'a');

    expect(content('/net/a')).toBe('v');
    expect(await unpush(prefixed, 'a')).toBe('removed');
    expect(server.parameters.get('/net/a')).toBeUndefined();
  });
});
