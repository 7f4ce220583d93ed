import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsGenerators } from '../../providers/aws/index.ts';
import type { GeneratorStage } from '../support/generator-stage.ts';
import { createGeneratorStage } from '../support/generator-stage.ts';
import type { AwsUser, Moto } from '../support/moto.ts';
import { startMoto } from '../support/moto.ts';

/** The generators of AWS against AWS as other people understand it: signatures and policies count. */
let moto: Moto;
const stages: GeneratorStage[] = [];
const users = new Map<string, AwsUser>();

beforeAll(async () => {
  moto = await startMoto();
  users.set('puller', await moto.createUser('puller', ['ecr:GetAuthorizationToken', 'sts:GetSessionToken', 'sts:AssumeRole']));
  users.set('nobody', await moto.createUser('nobody', []));
  await moto.enforce(true);
  // the first run on a machine installs moto
}, 300_000);

afterAll(async () => {
  await Promise.all(stages.map((stage) => stage.close()));
  await moto?.[Symbol.asyncDispose]();
});

function stageOf(kind: string, name: string, change: Partial<AwsUser> = {}): GeneratorStage {
  const user = users.get(name);
  if (user === undefined) throw new Error(`there is no user ${name}`);
  const { accessKeyId: id, secretAccessKey: secret } = { ...user, ...change };
  const stage = createGeneratorStage({ generators: awsGenerators, kind, secrets: { aws: { id, secret } }, environment: { AWS_STS_ENDPOINT: moto.url, AWS_ECR_ENDPOINT: moto.url } });
  stages.push(stage);
  return stage;
}

const spec = { region: 'eu-central-1', auth: { secretRef: { accessKeyIDSecretRef: { name: 'aws', key: 'id' }, secretAccessKeySecretRef: { name: 'aws', key: 'secret' } } } };

describe('a token of a registry', () => {
  it('is given to who may ask for it', async () => {
    const { expires_at: expiresAt, ...values } = await stageOf('ECRAuthorizationToken', 'puller').run(spec);

    expect(values).toMatchObject({ username: 'AWS', proxy_endpoint: 'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com' });
    expect(values['password']).not.toBe('');
    expect(Number(expiresAt)).toBeGreaterThan(1_400_000_000);
  });

  it('is given to nobody else', async () => {
    expect(await stageOf('ECRAuthorizationToken', 'nobody').failure(spec)).toMatch(/^denied: .*AWS ECR (refuses the credentials|denies ecr:GetAuthorizationToken) \(/);
    expect(await stageOf('ECRAuthorizationToken', 'puller', { secretAccessKey: 'a-wrong-secret-access-key' }).failure(spec)).toMatch(/^denied: .*AWS ECR (refuses the credentials|denies ecr:GetAuthorizationToken) \(/);
    expect(await stageOf('ECRAuthorizationToken', 'puller', { accessKeyId: 'AKIANOSUCHACCESSKEY1' }).failure(spec)).toMatch(/^denied: .*AWS ECR (refuses the credentials|denies ecr:GetAuthorizationToken) \(/);
  });
});

describe('a session token', () => {
  it('is given to the owner of access keys', async () => {
    const values = await stageOf('STSSessionToken', 'puller').run({ ...spec, requestParameters: { sessionDuration: 900 } });

    expect(Object.keys(values)).toEqual(['access_key_id', 'secret_access_key', 'session_token', 'expiration']);
    expect(Math.abs(Number(values['expiration']) - Date.now() / 1000 - 900)).toBeLessThan(60);
  });

  it('is given to nobody else', async () => {
    expect(await stageOf('STSSessionToken', 'puller', { secretAccessKey: 'a-wrong-secret-access-key' }).failure(spec)).toMatch(/^denied: .*AWS STS refuses the credentials \(/);
  });

  it('is not given to a role that there is none of', async () => {
    expect(await stageOf('STSSessionToken', 'nobody').failure({ ...spec, role: 'arn:aws:iam::123456789012:role/none' })).toMatch(/^denied: .*AWS STS denies sts:AssumeRole \(AccessDenied/);
  });
});
