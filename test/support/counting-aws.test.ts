import { BatchGetSecretValueCommand, CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, GetParametersByPathCommand, GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CountingAws } from './counting-aws.ts';
import { startCountingAws } from './counting-aws.ts';

/** What the server refuses, so that a test against it shows what AWS would. */
let server: CountingAws;
let secrets: SecretsManagerClient;
let parameters: SSMClient;

beforeEach(async () => {
  server = await startCountingAws({ secrets: { a: 'v' }, parameters: { a: 'v', '/b/c': 'v' }, region: 'eu-central-1' });
  secrets = new SecretsManagerClient(configOf());
  parameters = new SSMClient(configOf());
});

afterEach(async () => {
  secrets.destroy();
  parameters.destroy();
  await server.close();
});

function configOf(change: object = {}) {
  return { endpoint: server.url, region: 'eu-central-1', maxAttempts: 1, credentials: { accessKeyId: server.accessKeyId, secretAccessKey: 'any' }, ...change };
}

/** The code with which it was refused. */
async function refusalOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(() => 'no refusal', (error: unknown) => (error instanceof Error ? error.name : 'no error'));
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

describe('the counting server refuses, as AWS does,', () => {
  it('more ids and names than a call takes', async () => {
    expect(await refusalOf(secrets.send(new BatchGetSecretValueCommand({ SecretIdList: many(20) })))).toBe('no refusal');
    expect(await refusalOf(secrets.send(new BatchGetSecretValueCommand({ SecretIdList: many(21) })))).toBe('ValidationException');
    expect(await refusalOf(parameters.send(new GetParametersCommand({ Names: many(10) })))).toBe('no refusal');
    expect(await refusalOf(parameters.send(new GetParametersCommand({ Names: many(11) })))).toBe('ValidationException');
    expect(await refusalOf(parameters.send(new GetParametersByPathCommand({ Path: '/', MaxResults: 11 })))).toBe('ValidationException');
  });

  it('names that are none', async () => {
    expect(await refusalOf(secrets.send(new CreateSecretCommand({ Name: 'a name', SecretString: 'v' })))).toBe('ValidationException');
    expect(await refusalOf(parameters.send(new GetParameterCommand({ Name: 'b/c' })))).toBe('ValidationException');
    expect(await refusalOf(parameters.send(new PutParameterCommand({ Name: 'ssm-mine', Value: 'v', Type: 'String' })))).toBe('ValidationException');
  });

  it.each([
    [65_536, 'no refusal'],
    [65_537, 'ValidationException'],
    [0, 'ValidationException'],
  ])('a secret of %d bytes: %s', async (size, refusal) => {
    expect(await refusalOf(secrets.send(new PutSecretValueCommand({ SecretId: 'a', SecretString: 'x'.repeat(size) })))).toBe(refusal);
  });

  it.each([
    ['Standard', 4096, 'no refusal'],
    ['Standard', 4097, 'ValidationException'],
    ['Advanced', 8192, 'no refusal'],
    ['Advanced', 8193, 'ValidationException'],
  ] as const)('a parameter in the tier %s of %d bytes: %s', async (Tier, size, refusal) => {
    expect(await refusalOf(parameters.send(new PutParameterCommand({ Name: 'new', Value: 'x'.repeat(size), Type: 'String', Tier })))).toBe(refusal);
  });

  it('versions that are not there, and secrets that are marked for deletion', async () => {
    expect(await refusalOf(secrets.send(new GetSecretValueCommand({ SecretId: 'a', VersionStage: 'none' })))).toBe('ResourceNotFoundException');
    expect(await refusalOf(parameters.send(new GetParameterCommand({ Name: 'a:9' })))).toBe('ParameterVersionNotFound');
    server.markDeleted('a');
    expect(await refusalOf(secrets.send(new GetSecretValueCommand({ SecretId: 'a' })))).toBe('InvalidRequestException');
    expect(await refusalOf(secrets.send(new CreateSecretCommand({ Name: 'a', SecretString: 'v' })))).toBe('InvalidRequestException');
  });

  it('requests that nobody signed, or for another service, region or key', async () => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' };
    const unsigned = await fetch(server.url, { method: 'POST', headers, body: '{"SecretId":"a"}' });
    expect(await unsigned.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    const elsewhere = new SecretsManagerClient(configOf({ region: 'us-east-1' }));
    const stranger = new SSMClient(configOf({ credentials: { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 'any' } }));
    const session = new SSMClient(configOf({ credentials: { accessKeyId: server.accessKeyId, secretAccessKey: 'any', sessionToken: 'of nobody' } }));

    expect(await refusalOf(elsewhere.send(new GetSecretValueCommand({ SecretId: 'a' })))).toBe('InvalidSignatureException');
    expect(await refusalOf(stranger.send(new GetParameterCommand({ Name: 'a' })))).toBe('UnrecognizedClientException');
    expect(await refusalOf(session.send(new GetParameterCommand({ Name: 'a' })))).toBe('UnrecognizedClientException');
    for (const client of [elsewhere, stranger, session]) client.destroy();
  });

  it('more calls than it takes a second, and counts those', async () => {
    server.cap(5);
    const results = await Promise.all(many(20).map(() => refusalOf(parameters.send(new GetParameterCommand({ Name: 'a' })))));

    expect(results.filter((refusal) => refusal === 'no refusal').length).toBeGreaterThanOrEqual(5);
    expect(results.filter((refusal) => refusal === 'ThrottlingException')).toHaveLength(server.wasted());
    expect(server.wasted()).toBeGreaterThan(0);
  });
});
