import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { GcpBenchOptions } from '../../test/support/gcp-bench.ts';
import { gcpKey, openGcpBench, withGcpKey } from '../../test/support/gcp-bench.ts';
import { googleAccount } from '../../test/support/google-server.ts';
import { gcpsm } from './index.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(gcpsm)]);
const account = { name: 'app', audiences: ['more'] };
const workload = { serviceAccountRef: account, clusterLocation: 'europe-west1', clusterName: 'main' };
const aws = { awsSecurityCredentials: { region: 'eu-central-1', awsCredentialsSecretRef: { name: 'aws' } }, audience: '//iam.example/aws' };
const externalAccount = { type: 'external_account', audience: '//iam.example/pool', credential_source: { file: '/var/run/token' } };

function federated(federation: object): object {
  return { projectID: 'project', auth: { workloadIdentityFederation: federation } };
}

/** The token that Secret Manager is asked with, and how it was got. */
async function asked(config: object, options: GcpBenchOptions = {}) {
  await using bench = await openGcpBench(options);
  bench.secretManager.set('a', 'v');
  await using client = await bench.connect(config);
  try {
    const [result] = await client.read([{ key: 'a' }], never);
    const outcome = result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
    return { outcome, validation: await client.validate?.(never).catch((error: unknown) => (error instanceof ProviderError ? error.kind : 'fault')), token: bench.secretManager.calls[0]?.token, seen: bench.tokens.seen, audiences: bench.audiences, subjects: bench.tokens.subjects };
  } catch (error) {
    return { outcome: error instanceof Error ? error.message : '' };
  }
}

describe('who asks Google', () => {
  it('is the owner of a key', async () => {
    expect(await asked(withGcpKey)).toMatchObject({ outcome: 'value', validation: 'valid', token: 'ya29.key', seen: ['POST /token'] });
    expect(await asked(withGcpKey, { secrets: { 'google/key': '{"type":"authorized_user"}' } })).toMatchObject({ outcome: expect.stringContaining('invalid: the Secret that auth.secretRef names holds no key'), validation: 'invalid' });
  });

  it('is a service account of a GKE cluster, or whom it acts as', async () => {
    const config = { projectID: 'project', auth: { workloadIdentity: workload } };

    expect(await asked(config)).toMatchObject({ outcome: 'value', token: 'ya29.federated', audiences: [['project.svc.id.goog', 'more']] });
    expect(await asked(config, { annotations: { 'iam.gke.io/gcp-service-account': googleAccount } })).toMatchObject({ outcome: 'value', token: 'ya29.impersonated-3600s' });
  });

  it('is one of the cluster Prelude runs in, where the store names none', async () => {
    const run = await asked({ projectID: 'project', auth: { workloadIdentity: { serviceAccountRef: account, clusterProjectID: 'clusters' } } });

    expect(run).toMatchObject({ outcome: 'value', token: 'ya29.federated', audiences: [['clusters.svc.id.goog', 'more']] });
    expect(run.seen).toContain('POST /v1/identitybindingtoken for identitynamespace:clusters.svc.id.goog:https://container.googleapis.com/v1/projects/clusters/locations/europe-west1/clusters/main');
  });

  it('is a service account of any cluster, which may act as another', async () => {
    const federation = { serviceAccountRef: account, audience: '//iam.example/cluster' };

    expect(await asked(federated(federation))).toMatchObject({ outcome: 'value', token: 'ya29.federated', seen: ['POST /v1/token for //iam.example/cluster'], subjects: ['jwt-of-app'], audiences: [['more']] });
    expect(await asked(federated({ ...federation, gcpServiceAccountEmail: googleAccount }))).toMatchObject({ outcome: 'value', token: 'ya29.impersonated-3600s' });
    expect((await asked(federated({ ...federation, gcpServiceAccountEmail: '../x' }))).outcome).toBe('invalid: auth.workloadIdentityFederation.gcpServiceAccountEmail must be the e-mail address of a service account of Google');
  });

  it('is an external account, whose token comes from where the store says', async () => {
    const credConfig = { name: 'google', key: 'config' };
    const source = (url: string) => JSON.stringify({ type: 'external_account', audience: '//iam.example/pool', credential_source: { url, headers: { 'x-key': 'subject-key' }, format: { type: 'json', subject_token_field_name: 'id_token' } } });
    const at = 'https://oauth2.googleapis.com/subject';

    expect(await asked(federated({ credConfig, externalTokenEndpoint: at }), { configMaps: { 'google/config': source(at) } })).toMatchObject({ outcome: 'value', token: 'ya29.federated', subjects: ['jwt-of-the-issuer'] });
    expect((await asked(federated({ credConfig, externalTokenEndpoint: at }), { configMaps: { 'google/config': source('https://evil.example') } })).outcome).toContain('is not what auth.workloadIdentityFederation.externalTokenEndpoint says');
    expect((await asked(federated({ credConfig }), { configMaps: { 'google/config': JSON.stringify(externalAccount) } })).outcome).toContain('credential_source.file reads a file of the controller');
  });

  it('is the owner of keys of AWS, whose request Google sends, signed as AWS wants it', async () => {
    const keys = { 'aws/aws_access_key_id': 'AKIDEXAMPLE', 'aws/aws_secret_access_key': 'canary-secret-key', 'aws/aws_session_token': 'canary-session' };
    const run = await asked(federated(aws), { secrets: keys, clock: createFakeClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678)) });
    const request: unknown = JSON.parse(decodeURIComponent(run.subjects?.[0] ?? ''));
    const names = 'host;x-amz-date;x-amz-security-token;x-goog-cloud-target-resource';
    const canonical = ['POST', '/', 'Action=GetCallerIdentity&Version=2011-06-15', 'host:sts.eu-central-1.amazonaws.com', 'x-amz-date:20260102T030405Z', 'x-amz-security-token:canary-session', 'x-goog-cloud-target-resource://iam.example/aws', '', names, createHash('sha256').digest('hex')].join('\n');
    const toSign = ['AWS4-HMAC-SHA256', '20260102T030405Z', '20260102/eu-central-1/sts/aws4_request', createHash('sha256').update(canonical).digest('hex')].join('\n');
    const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
    const signature = hmac(hmac(hmac(hmac(hmac('AWS4canary-secret-key', '20260102'), 'eu-central-1'), 'sts'), 'aws4_request'), toSign).toString('hex');

    expect(run).toMatchObject({ outcome: 'value', token: 'ya29.federated', seen: ['POST /v1/token for //iam.example/aws'] });
    expect(request).toEqual({
      url: 'https://sts.eu-central-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      method: 'POST',
      headers: [
        { key: 'Authorization', value: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/sts/aws4_request, SignedHeaders=${names}, Signature=${signature}` },
        { key: 'host', value: 'sts.eu-central-1.amazonaws.com' },
        { key: 'x-amz-date', value: '20260102T030405Z' },
        { key: 'x-amz-security-token', value: 'canary-session' },
        { key: 'x-goog-cloud-target-resource', value: '//iam.example/aws' },
      ],
    });
    expect((await asked(federated(aws))).outcome).toBe('invalid: the Secret that awsSecurityCredentials names needs aws_access_key_id and aws_secret_access_key');
  });
});

describe('Prelude itself', () => {
  it('asks with what the metadata server gives, for the project that it tells', async () => {
    expect(await asked({})).toMatchObject({ outcome: 'value', token: 'ya29.own', seen: ['GET /computeMetadata/v1/project/project-id', 'GET /computeMetadata/v1/instance/service-accounts/default/token'] });
    expect(await asked({ projectID: 'project', auth: {} })).toMatchObject({ outcome: 'value', token: 'ya29.own' });
  });

  it.each([
    ['a key', gcpKey, 'value', 'ya29.key'],
    ['an external account whose token is in a file', JSON.stringify(externalAccount), 'value', 'ya29.federated'],
    ['a log-in of a user', JSON.stringify({ type: 'authorized_user', client_id: 'client', client_secret: 'canary-client-secret', refresh_token: 'canary-refresh-token' }), 'value', 'ya29.key'],
    ['a refused log-in', JSON.stringify({ type: 'authorized_user', client_id: 'client', client_secret: 'x', refresh_token: 'canary-old' }), "denied: Google's token endpoint refuses the credentials (invalid_grant); log in again with gcloud auth application-default login", undefined],
    ['something else', JSON.stringify({ type: 'impersonated_service_account', x: 'canary' }), 'invalid: the file that GOOGLE_APPLICATION_CREDENTIALS names is not what Google calls service_account, external_account or authorized_user', undefined],
  ])('asks with the file that its environment names: %s', async (_, text, outcome, token) => {
    const run = await asked({ projectID: 'project' }, { environment: { GOOGLE_APPLICATION_CREDENTIALS: '/etc/google.json' }, files: { '/etc/google.json': text, '/var/run/token': 'jwt-of-app' } });

    expect([run.outcome, run.token]).toEqual([outcome, token]);
  });

  it.each([{ projectID: 'project' }, { projectID: 'project', auth: { workloadIdentity: { serviceAccountRef: account } } }])('lends nothing to a store that may not use it: %j', async (config) => {
    const run = await asked(config, { lendsOwn: false });

    expect(run).toMatchObject({ outcome: 'denied: the store needs the identity or the metadata of the machine that Prelude runs on, and may not use them', validation: 'denied', seen: [] });
  });

  it.each([
    [{ projectID: 'project', auth: withGcpKey.auth }, false],
    [{ projectID: 'project', auth: { workloadIdentity: workload } }, false],
    [federated({ serviceAccountRef: account, audience: 'a' }), false],
    [{ auth: { workloadIdentity: workload } }, true],
    [{ projectID: 'project', auth: { workloadIdentity: { serviceAccountRef: account, clusterLocation: 'europe-west1' } } }, true],
    [{ projectID: 'project', auth: {} }, true],
    [{}, true],
  ])('is asked by %j: %s', (config, own) => {
    expect(registry.configure({ gcpsm: config }).usesOwnIdentity).toBe(own);
  });
});

describe('what a store of Google says', () => {
  it.each([
    [{ auth: withGcpKey.auth }, 'spec.provider.gcpsm.projectID: is required with auth.secretRef'],
    [{ projectID: 'a/b' }, 'spec.provider.gcpsm.projectID: must be the id of a project of Google'],
    [{ projectID: 'p', location: 'evil.example/#' }, 'spec.provider.gcpsm.location: must be a location of Google, like europe-west1'],
    [{ projectID: 'p', secretVersionSelectionPolicy: 'Newest' }, 'spec.provider.gcpsm.secretVersionSelectionPolicy'],
    [federated({ audience: 'a' }), 'spec.provider.gcpsm.auth.workloadIdentityFederation: needs either credConfig, serviceAccountRef or awsSecurityCredentials'],
    [federated({ ...aws, serviceAccountRef: account }), 'spec.provider.gcpsm.auth.workloadIdentityFederation: needs either'],
    [federated({ awsSecurityCredentials: { ...aws.awsSecurityCredentials, region: 'evil.example/' }, audience: 'a' }), 'must be the name of an AWS region'],
    [{ projectID: 'p', colour: 'red' }, 'spec.provider.gcpsm.colour: unknown field'],
  ])('is refused where it makes no sense: %j', (config, message) => {
    const parsed = registry.parse({ gcpsm: config });

    expect(parsed.ok ? 'fine' : parsed.errors.map(({ path, message: text }) => `${path}: ${text}`).join('; ')).toContain(message);
  });

  it('names its credentials, of several ways those of the first', () => {
    const credentials = (config: object) => registry.configure({ gcpsm: config }).credentials;

    expect(credentials({ projectID: 'p', auth: { ...withGcpKey.auth, workloadIdentity: workload } })).toEqual([{ name: 'google', key: 'key' }]);
    expect(credentials(federated(aws))).toEqual([{ kind: 'WholeSecret', name: 'aws' }]);
    expect(credentials(federated({ credConfig: { name: 'google', key: 'config' } }))).toEqual([{ kind: 'ConfigMap', name: 'google', key: 'config' }]);
    expect(credentials({ projectID: 'p', auth: { workloadIdentity: workload } })).toEqual([{ kind: 'ServiceAccount', ...account }]);
    expect(credentials({})).toEqual([]);
  });
});
