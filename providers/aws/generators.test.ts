import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remoteGeneratorContract } from '../../test/contract/remote-generator.contract.ts';
import type { AwsTokenServer } from '../../test/support/aws-token-server.ts';
import { awsKeys, awsRole, startAwsTokenServer } from '../../test/support/aws-token-server.ts';
import type { GeneratorStage } from '../../test/support/generator-stage.ts';
import { createGeneratorStage } from '../../test/support/generator-stage.ts';
import { awsGenerators } from './index.ts';

const jwts = ['token-of-consumer-app', 'token-of-consumer-other'];

function openStage(kind: string, url: string): GeneratorStage {
  return createGeneratorStage({
    generators: awsGenerators,
    kind,
    secrets: { aws: { id: awsKeys.id, secret: awsKeys.secret, wrong: 'AKIDOFASTRANGER', session: 'a-session-token-that-is-none' } },
    serviceAccounts: {
      app: { 'eks.amazonaws.com/role-arn': awsRole },
      other: { 'eks.amazonaws.com/role-arn': awsRole, 'eks.amazonaws.com/audience': 'audience.example' },
      nobody: {},
      untrusted: { 'eks.amazonaws.com/role-arn': awsRole },
    },
    environment: { AWS_STS_ENDPOINT: url, AWS_ECR_ENDPOINT: url, AWS_ECR_PUBLIC_ENDPOINT: url, AWS_SECRET_ACCESS_KEY: 'the controller’s own' },
  });
}

function keys(more: object = {}, id = 'id'): object {
  return { secretRef: { accessKeyIDSecretRef: { name: 'aws', key: id }, secretAccessKeySecretRef: { name: 'aws', key: 'secret' }, ...more } };
}

const elsewhere = { name: 'aws', key: 'id', namespace: 'stranger' };
const foreignKeys = {
  accessKeyIDSecretRef: keys({ accessKeyIDSecretRef: elsewhere }),
  secretAccessKeySecretRef: keys({ secretAccessKeySecretRef: elsewhere }),
  sessionTokenSecretRef: keys({ sessionTokenSecretRef: elsewhere }),
};

function foreign(auths: Readonly<Record<string, object>>): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.entries(auths).map(([name, auth]) => [name, { region: 'eu-central-1', auth }]));
}

remoteGeneratorContract('ECRAuthorizationToken', async () => {
  const server = await startAwsTokenServer(jwts);
  const serviceAccountRef = { name: 'app', namespace: 'stranger' };
  return { ...server, stage: openStage('ECRAuthorizationToken', server.url), spec: { region: 'eu-central-1', auth: keys() }, foreign: foreign({ ...foreignKeys, serviceAccountRef: { jwt: { serviceAccountRef } } }) };
});

remoteGeneratorContract('ECRAuthorizationToken with a role', async () => {
  const server = await startAwsTokenServer(jwts);
  return { ...server, stage: openStage('ECRAuthorizationToken', server.url), spec: { region: 'eu-central-1', auth: { jwt: { serviceAccountRef: { name: 'app' } } } }, foreign: {} };
});

remoteGeneratorContract('STSSessionToken', async () => {
  const server = await startAwsTokenServer();
  return { ...server, stage: openStage('STSSessionToken', server.url), spec: { region: 'eu-central-1', auth: keys() }, foreign: foreign(foreignKeys) };
});

let server: AwsTokenServer;
let ecr: GeneratorStage;
let sts: GeneratorStage;

beforeEach(async () => {
  server = await startAwsTokenServer(jwts);
  ecr = openStage('ECRAuthorizationToken', server.url);
  sts = openStage('STSSessionToken', server.url);
});

afterEach(async () => {
  await Promise.all([ecr.close(), sts.close(), server.close()]);
});

const region = 'eu-central-1';
const token = { username: 'AWS', password: 'registry:password', expires_at: '1798859045' };
const privateTarget = 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken';

describe('a token of a registry', () => {
  it('is of the private one, with its address', async () => {
    expect(await ecr.run({ region, auth: keys() })).toEqual({ ...token, proxy_endpoint: 'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com' });
    expect(server.seen).toEqual([`${privateTarget} by ${awsKeys.id}`]);
  });

  it('is of the public one, which has none', async () => {
    expect(await ecr.run({ region: 'us-east-1', auth: keys(), scope: 'public' })).toEqual(token);
    expect(server.seen).toEqual([`SpencerFrontendService.GetAuthorizationToken by ${awsKeys.id}`]);
  });

  it('is given to a role that is assumed with keys', async () => {
    await ecr.run({ region, auth: keys(), role: awsRole });

    expect(server.seen).toEqual([`AssumeRole by ${awsKeys.id}`, `${privateTarget} by ASIASESSION1`]);
  });

  it('is given to the role of a service account, and to a role that this one assumes', async () => {
    await ecr.run({ region, auth: { jwt: { serviceAccountRef: { name: 'app', audiences: ['more'] } } } });
    await ecr.run({ region, auth: { jwt: { serviceAccountRef: { name: 'other' } } }, role: awsRole });

    expect(server.seen.map((call) => call.replace(/ by nobody$/, ''))).toEqual([
      'AssumeRoleWithWebIdentity',
      `${privateTarget} by ASIASESSION1`,
      'AssumeRoleWithWebIdentity',
      'AssumeRole by ASIASESSION2',
      `${privateTarget} by ASIASESSION3`,
    ]);
    expect(ecr.tokens).toEqual([
      { serviceAccount: 'consumer/app', audiences: ['sts.amazonaws.com', 'more'], expirationSeconds: 600 },
      { serviceAccount: 'consumer/other', audiences: ['audience.example'], expirationSeconds: 600 },
    ]);
  });

  it.each([
    [{ auth: keys({}, 'wrong') }, 'denied: ECRAuthorizationToken consumer/it: AWS ECR refuses the credentials (UnrecognizedClientException); check auth'],
    [{ auth: keys({ sessionTokenSecretRef: { name: 'aws', key: 'session' } }) }, 'denied: ECRAuthorizationToken consumer/it: AWS ECR refuses the credentials (UnrecognizedClientException); check auth'],
    [{ auth: keys(), role: `${awsRole}2` }, 'denied: ECRAuthorizationToken consumer/it: AWS STS denies sts:AssumeRole (AccessDenied); allow it to the identity of auth and role, and let the role trust that identity'],
    [
      { auth: { jwt: { serviceAccountRef: { name: 'untrusted' } } } },
      "denied: ECRAuthorizationToken consumer/it: AWS STS refuses the token of the service account (InvalidIdentityTokenException); let the role trust the cluster's issuer, and check the annotation eks.amazonaws.com/audience",
    ],
    [{ auth: { jwt: { serviceAccountRef: { name: 'nobody' } } } }, 'invalid: ECRAuthorizationToken consumer/it: ServiceAccount "nobody" has no annotation eks.amazonaws.com/role-arn, which names the role that it assumes'],
    [{}, "invalid: ECRAuthorizationToken consumer/it: spec.auth: needs secretRef or jwt: this version of Prelude does not use the AWS identity of the controller's own environment"],
    [{ auth: keys(), region: 'evil.example/' }, 'invalid: ECRAuthorizationToken consumer/it: spec.region: must be the name of an AWS region, like eu-central-1'],
  ])('is refused for %j', async (spec, message) => {
    expect(await ecr.failure({ region, ...spec })).toBe(message);
  });
});

describe('a session token', () => {
  it('is asked for as the spec says', async () => {
    expect(await sts.run({ region, auth: keys(), requestParameters: { sessionDuration: 900, serialNumber: 'arn:aws:iam::123456789012:mfa/user', tokenCode: '123456' } })).toEqual({
      access_key_id: 'ASIASESSION1',
      secret_access_key: 'session-secret',
      session_token: 'session-token-1',
      expiration: '1798859045',
    });
  });

  it.each([
    [{ auth: keys(), requestParameters: { tokenCode: '000000' } }, 'denied: STSSessionToken consumer/it: AWS STS denies sts:GetSessionToken (AccessDenied); allow it to the identity of auth and role, and let the role trust that identity'],
    [{ auth: keys({}, 'wrong') }, 'denied: STSSessionToken consumer/it: AWS STS refuses the credentials (InvalidClientTokenId); check auth'],
    [{ auth: keys(), requestParameters: { sessionDuration: 60 } }, 'invalid: STSSessionToken consumer/it: AWS STS refuses sts:GetSessionToken (ValidationError); check region, role and parameters'],
    [{ auth: { ...keys(), jwt: { serviceAccountRef: { name: 'app' } } } }, 'invalid: STSSessionToken consumer/it: spec.auth.jwt: cannot be used here: AWS gives session tokens to access keys only; use secretRef'],
    [{ auth: {} }, "invalid: STSSessionToken consumer/it: spec.auth: needs secretRef: this version of Prelude does not use the AWS identity of the controller's own environment"],
  ])('is refused for %j', async (spec, message) => {
    expect(await sts.failure({ region, ...spec })).toBe(message);
  });
});
