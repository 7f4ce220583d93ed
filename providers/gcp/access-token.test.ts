import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { remoteGeneratorContract } from '../../test/contract/remote-generator.contract.ts';
import type { GeneratorStage } from '../../test/support/generator-stage.ts';
import { createGeneratorStage } from '../../test/support/generator-stage.ts';
import type { GoogleServer } from '../../test/support/google-server.ts';
import { googleAccount, googleOrigins, startGoogleServer } from '../../test/support/google-server.ts';
import { gcpGenerators } from './index.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: typeof privateKey): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwts = ['token-of-consumer-app', 'token-of-consumer-bound', 'token-of-consumer-forbidden', 'token-of-consumer-strange', 'jwt-of-the-issuer'];

function keyFile(more: object = {}): string {
  return JSON.stringify({ type: 'service_account', client_email: googleAccount, private_key: pem(privateKey), private_key_id: 'k1', ...more });
}

function credConfig(url: string, more: object = {}): string {
  const credential_source = { url: `${url}/subject`, headers: { 'x-key': 'subject-key' }, format: { type: 'json', subject_token_field_name: 'id_token' } };
  return JSON.stringify({ type: 'external_account', audience: '//iam.example/pool', token_url: 'https://sts.googleapis.com/v1/token', credential_source, ...more });
}

function openStage(url: string): GeneratorStage {
  const impersonation = 'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/sa@project.iam.gserviceaccount.com:generateAccessToken';
  return createGeneratorStage({
    generators: gcpGenerators,
    kind: 'GCRAccessToken',
    secrets: {
      google: {
        key: keyFile(),
        elsewhere: keyFile({ token_uri: `${url}/token` }),
        wrong: keyFile({ private_key: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }),
        unsigned: keyFile({ private_key: 'no private key' }),
        user: JSON.stringify({ type: 'authorized_user', refresh_token: 'canary-refresh-token' }),
        text: 'canary-that-is-no-json',
      },
    },
    configMaps: {
      google: {
        config: credConfig(url),
        impersonating: credConfig(url, { service_account_impersonation_url: impersonation, service_account_impersonation: { token_lifetime_seconds: 600 } }),
        file: credConfig(url, { credential_source: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' } }),
        program: credConfig(url, { credential_source: { url: `${url}/subject`, executable: { command: 'canary' } } }),
        redirected: credConfig(url, { token_url: 'https://evil.example/canary' }),
        badImpersonation: credConfig(url, { service_account_impersonation_url: 'https://evil.example/canary' }),
        text: 'canary-that-is-no-json',
      },
    },
    serviceAccounts: { app: {}, bound: { 'iam.gke.io/gcp-service-account': googleAccount }, forbidden: { 'iam.gke.io/gcp-service-account': 'other@project.iam.gserviceaccount.com' }, strange: { 'iam.gke.io/gcp-service-account': '../x' }, stranger: {} },
    origins: googleOrigins(url),
  });
}

function withKey(key = 'key', more: object = {}): object {
  return { projectID: 'project', auth: { secretRef: { secretAccessKeySecretRef: { name: 'google', key, ...more } } } };
}

function withWorkload(name: string, more: object = {}): object {
  return { projectID: 'project', auth: { workloadIdentity: { serviceAccountRef: { name, ...more }, clusterLocation: 'europe-west1', clusterName: 'main' } } };
}

function withFederation(federation: object): object {
  return { projectID: 'project', auth: { workloadIdentityFederation: federation } };
}

remoteGeneratorContract('GCRAccessToken', async () => {
  const server = await startGoogleServer({ publicKey, jwts });
  const stranger = { namespace: 'stranger' };
  return {
    ...server,
    stage: openStage(server.url),
    spec: withKey(),
    foreign: {
      secretRef: withKey('key', stranger),
      workloadIdentity: withWorkload('app', stranger),
      'federation.serviceAccountRef': withFederation({ serviceAccountRef: { name: 'app', ...stranger }, audience: 'a' }),
      'federation.credConfig': withFederation({ credConfig: { name: 'google', key: 'config', ...stranger } }),
    },
  };
});

remoteGeneratorContract('GCRAccessToken with Workload Identity', async () => {
  const server = await startGoogleServer({ publicKey, jwts });
  return { ...server, stage: openStage(server.url), spec: withWorkload('app'), foreign: {} };
});

let server: GoogleServer;
let stage: GeneratorStage;

beforeEach(async () => {
  server = await startGoogleServer({ publicKey, jwts });
  stage = openStage(server.url);
});

afterEach(async () => {
  await Promise.all([server.close(), stage.close()]);
});

function soon(expiry: string | undefined): boolean {
  const seconds = Number(expiry) - Date.now() / 1000;
  return seconds > 3500 && seconds <= 3600;
}

describe('a token of Google', () => {
  it.each(['key', 'elsewhere'])('is given to the owner of a service account’s key (%s)', async (key) => {
    const { expiry, ...rest } = await stage.run(withKey(key));

    expect([rest, soon(expiry)]).toEqual([{ username: 'oauth2accesstoken', password: 'ya29.key' }, true]);
  });

  it('is given to a service account of a GKE cluster', async () => {
    const { expiry, ...rest } = await stage.run(withWorkload('app', { audiences: ['more'] }));

    expect([rest, soon(expiry)]).toEqual([{ username: 'oauth2accesstoken', password: 'ya29.federated' }, true]);
    expect(stage.tokens).toEqual([{ serviceAccount: 'consumer/app', audiences: ['project.svc.id.goog', 'more'], expirationSeconds: 900 }]);
    expect(server.seen).toEqual(['POST /v1/identitybindingtoken for identitynamespace:project.svc.id.goog:https://container.googleapis.com/v1/projects/project/locations/europe-west1/clusters/main']);
  });

  it('is that of whom the service account of a GKE cluster acts as', async () => {
    expect(await stage.run(withWorkload('bound'))).toEqual({ username: 'oauth2accesstoken', password: 'ya29.impersonated-3600s', expiry: '1798859045' });
  });

  it('is given to a service account of any cluster', async () => {
    expect(await stage.run(withFederation({ serviceAccountRef: { name: 'app', audiences: ['pool'] }, audience: '//iam.example/cluster' }))).toMatchObject({ password: 'ya29.federated' });
    expect(stage.tokens).toEqual([{ serviceAccount: 'consumer/app', audiences: ['pool'], expirationSeconds: 900 }]);
    expect(server.seen).toEqual(['POST /v1/token for //iam.example/cluster']);
  });

  it('is given to an external account, which may act as another', async () => {
    const externalTokenEndpoint = `${server.url}/subject`;
    expect(await stage.run(withFederation({ credConfig: { name: 'google', key: 'config' }, externalTokenEndpoint }))).toMatchObject({ password: 'ya29.federated' });
    expect(await stage.run(withFederation({ credConfig: { name: 'google', key: 'impersonating' }, externalTokenEndpoint, audience: '//other' }))).toMatchObject({ password: 'ya29.impersonated-600s' });

    expect(server.seen.filter((call) => call.includes('/v1/token'))).toEqual(['POST /v1/token for //iam.example/pool', 'POST /v1/token for //other']);
  });

  it.each([
    [withKey('wrong'), "denied: GCRAccessToken consumer/it: Google's token endpoint refuses the credentials (invalid_grant); check auth.secretRef, and whether the key and its service account still exist"],
    [withKey('unsigned'), 'invalid: GCRAccessToken consumer/it: private_key of the Secret that auth.secretRef names: it holds no RSA private key in PEM, or one of more than 4096 bits'],
    [withKey('user'), 'invalid: GCRAccessToken consumer/it: the Secret that auth.secretRef names holds no key of a service account: JSON with type "service_account", client_email and private_key'],
    [withKey('text'), 'invalid: GCRAccessToken consumer/it: the Secret that auth.secretRef names holds no key of a service account: JSON with type "service_account", client_email and private_key'],
    [withWorkload('stranger'), "denied: GCRAccessToken consumer/it: Google's workload identity refuses the credentials (invalid_grant); check the cluster’s name, location and project, and whether it has Workload Identity"],
    [withWorkload('forbidden'), "denied: GCRAccessToken consumer/it: Google's IAM Credentials API refuses the credentials (HTTP 403); allow iam.serviceAccounts.getAccessToken on the service account"],
    [withWorkload('absent'), 'invalid: GCRAccessToken consumer/it: it needs ServiceAccount consumer/absent, which does not exist'],
    [{ ...withWorkload('app'), projectID: '' }, 'invalid: GCRAccessToken consumer/it: auth.workloadIdentity needs clusterProjectID, or projectID beside auth'],
    [{ projectID: 'project', auth: {} }, "invalid: GCRAccessToken consumer/it: spec.auth: needs secretRef, workloadIdentity or workloadIdentityFederation: this version of Prelude does not use the identity of the controller's own environment"],
    [withFederation({ audience: 'a' }), 'invalid: GCRAccessToken consumer/it: spec.auth.workloadIdentityFederation: needs either credConfig, serviceAccountRef or awsSecurityCredentials'],
    [withFederation({ serviceAccountRef: { name: 'app' } }), 'invalid: GCRAccessToken consumer/it: spec.auth.workloadIdentityFederation.audience: is required with serviceAccountRef and awsSecurityCredentials'],
  ])('is not given to %j', async (spec, message) => {
    expect(await stage.failure(spec)).toBe(message);
  });

  it('is not asked for as whom an annotation makes up', async () => {
    expect(await stage.failure(withWorkload('strange'))).toContain('must be the e-mail address of a service account of Google');
  });

  it.each([
    ['file', 'credential_source.file reads a file of the controller; use url, or serviceAccountRef instead of credConfig'],
    ['program', 'credential_source.executable runs a program, which is not allowed'],
    ['redirected', 'token_url is missing, or is not what it must be'],
    ['badImpersonation', 'service_account_impersonation_url must be the URL of generateAccessToken'],
    ['text', 'it is missing, or is not what it must be'],
  ])('is not asked for with a configuration that goes astray (%s)', async (key, message) => {
    const failure = await stage.failure(withFederation({ credConfig: { name: 'google', key }, externalTokenEndpoint: `${server.url}/subject` }));

    expect(failure).toBe(`invalid: GCRAccessToken consumer/it: key "${key}" of ConfigMap "google" is no configuration of an external account that is supported: ${message}`);
    expect(server.seen).toEqual([]);
  });

  it('is not asked for with what is fetched from where the generator does not say', async () => {
    expect(await stage.failure(withFederation({ credConfig: { name: 'google', key: 'config' } }))).toContain('credential_source.url of credConfig is not what auth.workloadIdentityFederation.externalTokenEndpoint says');
    expect(server.seen).toEqual([]);
  });
});
