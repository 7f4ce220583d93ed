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
  return connectAws({ endpoint: server.url, clock: createFakeClock(), accessKeyId: server.accessKeyId, fields });
}

describe('a push', () => {
  const facts = (name: string) => server.vault.facts(name);
  const content = (name: string): unknown => facts(name).versions.at(-1)?.value;

  it('makes a secret with our tag, in bytes, with the standard key', async () => {
    expect(await push(client, 'made', { value: 'line\nß' })).toBe('written');
    expect(facts('made')).toMatchObject({ description: "secret 'managed-by:external-secrets'", key: 'alias/aws/secretsmanager', tags: new Map([['managed-by', 'external-secrets']]) });
    expect(content('made')).toEqual(Buffer.from('line\nß'));
  });

  it('makes it as its metadata says', async () => {
    const spec = { tags: { team: 'chain' }, description: 'for the testnet', secretPushFormat: 'string', kmsKeyId: 'alias/mine', replicationLocations: ['us-east-1'] };

    expect(await push(client, 'made', { spec })).toBe('written');
    expect(facts('made')).toMatchObject({ description: 'for the testnet', key: 'alias/mine', tags: new Map([['team', 'chain'], ['managed-by', 'external-secrets']]), regions: new Set(['us-east-1']) });
    expect(content('made')).toBe('v');
  });

  it('writes nothing where nothing has changed', async () => {
    await push(client, 'same', { spec: { tags: { a: '1' } } });
    server.resetCalls();

    expect(await push(client, 'same', { spec: { tags: { a: '1' } } })).toBe('unchanged');
    expect(server.requests.map(({ operation }) => operation)).toEqual(['DescribeSecret', 'GetSecretValue']);
  });

  it('changes tags and copies to what its metadata says, and leaves both where it says nothing', async () => {
    await push(client, 'kept', { spec: { tags: { a: '1', b: '2' }, replicationLocations: ['us-east-1', 'us-west-2'] } });

    expect(await push(client, 'kept', { value: 'w' })).toBe('written');
    expect([[...facts('kept').tags.keys()], [...facts('kept').regions]]).toEqual([['a', 'b', 'managed-by'], ['us-east-1', 'us-west-2']]);
    facts('kept').tags.set('aws:cloudformation:stack', 'x');
    expect(await push(client, 'kept', { value: 'w', spec: { tags: { b: '3' }, replicationLocations: ['us-west-2', 'eu-west-1'] } })).toBe('written');
    expect([Object.fromEntries(facts('kept').tags), [...facts('kept').regions]]).toEqual([{ b: '3', 'managed-by': 'external-secrets', 'aws:cloudformation:stack': 'x' }, ['us-west-2', 'eu-west-1']]);
    expect(facts('kept').versions).toHaveLength(2);
  });

  it.each([
    [{ tags: { 'managed-by': 'me' } }, 'invalid: metadata.spec.tags: must not have the key managed-by: it marks what is pushed'],
    [{ secretPushFormat: 'yaml' }, 'invalid: metadata.spec.secretPushFormat: '],
    [{ resourcePolicy: { blockPublicPolicy: true } }, 'invalid: metadata.spec.resourcePolicy: is not supported: a push sees the Secret that it pushes'],
  ])('refuses the metadata %j before it asks anybody', async (spec, message) => {
    expect(await push(client, 'made', { spec })).toContain(message);
    expect(server.calls()).toBe(0);
  });

  it('refuses a value that is too large, and never quotes it', async () => {
    expect(await push(client, 'large', { value: 'canary'.repeat(11_000) })).toBe('invalid: the value has 66000 bytes; AWS Secrets Manager keeps 65536 at the most');
  });

  it('refuses a property where there is no JSON object, and never quotes what is there', async () => {
    await push(client, 'text', { value: 'canary-text' });
    const refusal = await push(client, 'text', { property: 'a' });

    expect(refusal).toMatch(/^invalid: what is there is not JSON/);
    expect(refusal).not.toContain('canary');
  });

  it('puts the prefix before the remote key', async () => {
    await using prefixed = await connect({ prefix: 'p/' });
    await push(prefixed, 'a');

    expect(content('p/a')).toEqual(Buffer.from('v'));
  });

  it('says what to allow where it is denied', async () => {
    server.denyOperation('CreateSecret');

    expect(await push(client, 'made')).toBe('denied: AWS denies secretsmanager:CreateSecret (AccessDeniedException); allow it to the identity of auth and role');
  });

  it('refuses a name that AWS refuses', async () => {
    expect(await push(client, 'a name')).toBe('invalid: AWS refuses the request (ValidationException); check name, value and metadata');
  });

  it('gives a secret that holds nothing yet its first value, where it is ours', async () => {
    await push(client, 'hollow');
    facts('hollow').versions.splice(0);

    expect(await push(client, 'hollow', { property: 'a', value: '1' })).toBe('written');
    expect(content('hollow')).toEqual(Buffer.from('{"a":"1"}'));
  });
});

describe('removing what was pushed', () => {
  it.each([
    [{}, 30],
    [{ recoveryWindowInDays: 7 }, 7],
  ])('marks it for deletion, with %j', async (secretsManager, window) => {
    await using connected = await connect({ secretsManager });
    await push(connected, 'gone');

    expect(await unpush(connected, 'gone')).toBe('removed');
    expect(server.vault.facts('gone').window).toBe(window);
    expect(await unpush(connected, 'gone')).toBe('absent');
  });

  it('deletes it for good with forceDeleteWithoutRecovery, and its copies before', async () => {
    await using connected = await connect({ secretsManager: { forceDeleteWithoutRecovery: true } });
    await push(connected, 'gone', { spec: { replicationLocations: ['us-east-1'] } });

    expect(await unpush(connected, 'gone')).toBe('removed');
    expect(() => server.vault.facts('gone')).toThrow("can't find");
  });

  it('lets it be pushed again while AWS keeps it still, as if it were new', async () => {
    await push(client, 'back', { property: 'old', value: '1' });
    await unpush(client, 'back');

    expect(await push(client, 'back', { property: 'new', value: '2', updatePolicy: 'IfNotExists' })).toBe('written');
    expect(Buffer.from(server.vault.get('back', {}).SecretBinary ?? '', 'base64').toString()).toBe('{"new":"2"}');
  });

  it("does not bring back what is somebody else's", async () => {
    server.set('theirs', 'canary');
    server.markDeleted('theirs');
    const refusal = await push(client, 'theirs');

    expect(refusal).toBe('invalid: the secret was not made by a push: it lacks the tag managed-by=external-secrets, and is neither changed nor deleted');
    expect(server.vault.facts('theirs').window).toBe(30);
  });
});
