import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import type { AwsMood } from '../support/counting-aws.ts';
import { at, createRawApi, type RawApi } from '../support/raw-api.ts';
import { awsStore, startTestnet, type Testnet } from '../support/testnet.ts';

/*
 * What test/contract/bad-input.contract.ts shows of the controllers with a provider in the test's hands, on the real API server too,
 * is not told again here: a missing property, one that is no JSON, an unsupported field, one key of two. Here it is the program under
 * the chart's account, the real SDK against a service that misbehaves, what happens to what a store stands on, and Git.
 */

const namespace = 'testnet-bad';
const base = `/apis/external-secrets.io/v1/namespaces/${namespace}`;
const applications = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
const within = { timeout: 30_000, interval: 50 };
const store = 'could not get secret data from ClusterSecretStore "testnet-secrets": ';
const both = (said: string): string => `${store}spec.data[0]: "bad/user" could not be read ${said}; spec.data[1]: "bad/password" could not be read ${said}`;
const password = (said: string): string => `${store}spec.data[1]: ${said}`;

interface Bad {
  readonly what: string;
  readonly begin: (testnet: Testnet) => unknown;
  readonly end: (testnet: Testnet) => unknown;
  readonly message: string;
}

const well = ({ aws }: Testnet): void => aws.behave('well');
const mood = (what: string, behaviour: AwsMood, said: string): Bad => ({ what, begin: ({ aws }) => aws.behave(behaviour), end: well, message: both(said) });
const restored = ({ aws }: Testnet): unknown => aws.set('bad/password', 'hunter2');

const bad: readonly Bad[] = [
  mood('answers 500', 'error-500', '(unavailable): AWS Secrets Manager is not available (InternalServiceError)'),
  mood('has a proxy before it that answers 502 with a page', 'html-500', '(unavailable): AWS Secrets Manager is not available (HTTP 502)'),
  mood('has a proxy before it that answers 403 with a page', 'html-403', '(denied): the endpoint denies the request (HTTP 403); check the access key and its policies'),
  mood('has a login page before it', 'html', '(unavailable): the endpoint does not answer as AWS Secrets Manager does (HTTP 200)'),
  mood('answers 404 with a page, which is no word of a secret', 'html-404', '(unavailable): the endpoint does not answer as AWS Secrets Manager does (HTTP 404)'),
  mood('answers nonsense', 'nonsense', '(unavailable): the endpoint does not answer as AWS Secrets Manager does'),
  mood('closes the connection', 'reset', '(unavailable): AWS Secrets Manager cannot be reached (ECONNRESET)'),
  mood('asks to slow down', 'throttle', '(throttled): AWS Secrets Manager asks to slow down (ThrottlingException)'),
  {
    what: 'denies one of two',
    begin: ({ aws }) => aws.deny('bad/password'),
    end: ({ aws }) => aws.deny('bad/password', false),
    message: password('"bad/password" could not be read (denied): AWS denies reading the secret (AccessDeniedException); allow secretsmanager:GetSecretValue on it and kms:Decrypt on its key'),
  },
  { what: 'has lost one of two', begin: ({ aws }) => aws.remove('bad/password'), end: restored, message: password('the provider has no "bad/password"') },
  { what: 'is about to delete one of two', begin: ({ aws }) => aws.markDeleted('bad/password'), end: restored, message: password('the provider has no "bad/password"') },
  {
    what: 'has a value of 2 MiB',
    begin: ({ aws }) => aws.set('bad/password', 'x'.repeat(2 << 20)),
    end: restored,
    message: password('"bad/password" could not be read (invalid): the value has 2097152 bytes; a Kubernetes Secret holds at most 1 MiB'),
  },
];

describe('bad input, to prelude run under the account that the chart gives it', { timeout: 90_000 }, () => {
  let testnet: Testnet;
  let api: RawApi;
  let controller: ControllerProcess;

  beforeAll(async () => {
    testnet = await startTestnet({ parts: inject('parts'), secrets: { 'bad/user': 'archive', 'bad/password': 'hunter2' } });
    api = createRawApi(testnet.plane);
    controller = await startController(testnet);
    await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }, 180_000);

  afterAll(async () => {
    await controller.stop();
    await api.close();
    await testnet[Symbol.asyncDispose]();
  });

  const get = async (path: string): Promise<unknown> => (await api.call('GET', path)).body;
  const merge = (path: string, body: unknown): ReturnType<RawApi['call']> => api.call('PATCH', path, body, 'application/merge-patch+json');

  async function post(path: string, body: unknown): Promise<void> {
    const { status, body: answer } = await api.call('POST', path, body);
    if (status !== 201) throw new Error(`POST ${path} was answered ${status}: ${JSON.stringify(answer).slice(0, 500)}`);
  }

  function declare(name: string, spec: object = {}): Promise<void> {
    const data = [{ secretKey: 'user', remoteRef: { key: 'bad/user' } }, { secretKey: 'password', remoteRef: { key: 'bad/password' } }];
    const secretStoreRef = { kind: 'ClusterSecretStore', name: 'testnet-secrets' };
    return post(`${base}/externalsecrets`, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name }, spec: { refreshInterval: '1s', secretStoreRef, data, ...spec } });
  }

  /** The one condition there is. */
  async function ready(name: string): Promise<string> {
    const conditions = at(await get(`${base}/externalsecrets/${name}`), 'status', 'conditions');
    expect(conditions ?? [{}], 'one condition').toHaveLength(1);
    return `${String(at(conditions, 0, 'status'))}: ${String(at(conditions, 0, 'message'))}`;
  }

  /** Every Secret of the two testnets, values, labels and versions. */
  async function secrets(): Promise<readonly unknown[]> {
    const lists = await Promise.all(['devnet', namespace].map((name) => get(`/api/v1/namespaces/${name}/secrets`)));
    const items = lists.flatMap((list) => at(list, 'items') as readonly unknown[]);
    expect(items.length).toBeGreaterThanOrEqual(7);
    return items;
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  /** What cannot get better by itself soon is asked for again by hand, as the README says. */
  const askAgain = (name: string): ReturnType<RawApi['call']> => merge(`${base}/externalsecrets/${name}`, { metadata: { annotations: { 'external-secrets.io/force-sync': String(Date.now()) } } });

  it('nothing is wrong at first', async () => {
    await declare('database');
    await expect.poll(() => ready('database'), within).toBe('True: secret synced');
    await expect.poll(async () => at(await get(`${applications}/devnet`), 'status', 'health', 'status'), within).toBe('Healthy');
  });

  it.each(bad)('a provider that $what: one condition that names store, key and cause, and no Secret is touched', async ({ begin, end, message }) => {
    const before = await secrets();

    try {
      await begin(testnet);
      await expect.poll(() => ready('database'), within).toBe(`False: ${message}`);
      await pause(1_500);

      expect(await ready('database')).toBe(`False: ${message}`);
      expect(await secrets()).toEqual(before);
    } finally {
      await end(testnet);
      await askAgain('database');
    }
    await expect.poll(() => ready('database'), within).toBe('True: secret synced');
    // what comes back is what was there: nothing to write
    expect(await secrets()).toEqual(before);
  });

  it('credentials that are refused, and credentials that are gone: told, and followed when they are back', async () => {
    const before = await secrets();
    const credentials = '/api/v1/namespaces/argocd/secrets/aws-credentials';
    const good = { id: testnet.aws.accessKeyId, secret: 'not-a-real-secret-key' };

    await merge(credentials, { stringData: { id: 'AKIDOFNOBODY' } });
    await expect.poll(() => ready('database'), within).toBe(`False: ${both('(denied): AWS refuses the access key (UnrecognizedClientException); check the Secret that auth.secretRef names')}`);
    await api.call('DELETE', credentials);
    await expect.poll(() => ready('database'), within).toMatch(/^False: ClusterSecretStore "testnet-secrets" is not ready: .*argocd\/aws-credentials/);
    await pause(1_500);
    expect(await secrets()).toEqual(before);

    await post('/api/v1/namespaces/argocd/secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'aws-credentials' }, stringData: good });
    await expect.poll(() => ready('database'), within).toBe('True: secret synced');
    expect(await secrets()).toEqual(before);
  });

  it('a store that is taken away, and one that is broken', async () => {
    const fake = { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'own' }, spec: { provider: { fake: { data: [{ key: 'bad/user', value: 'u' }, { key: 'bad/password', value: 'p' }] } } } };
    await post(`${base}/secretstores`, fake);
    await declare('own', { secretStoreRef: { name: 'own' } });
    await expect.poll(() => ready('own'), within).toBe('True: secret synced');
    const before = await secrets();

    await api.call('DELETE', `${base}/secretstores/own`);
    await expect.poll(() => ready('own'), within).toBe('False: SecretStore "own" does not exist');
    await post(`${base}/secretstores`, { ...fake, spec: { provider: { fake: { data: [], validationResult: 2 } } } });
    await expect.poll(() => ready('own'), within).toMatch(/^False: SecretStore "own" is not ready: .*validationResult/);
    await merge(`${base}/secretstores/own`, { spec: { provider: { fake: null, vault: { server: 'https://vault.example' } } } });
    await expect.poll(() => ready('own'), within).toMatch(/^False: SecretStore "own" is not (valid|ready): .*vault/);
    await pause(1_500);
    expect(await secrets()).toEqual(before);

    await api.call('PUT', `${base}/secretstores/own`, { ...fake, metadata: { ...fake.metadata, resourceVersion: at(await get(`${base}/secretstores/own`), 'metadata', 'resourceVersion') } });
    await expect.poll(() => ready('own'), within).toBe('True: secret synced');
    expect(await secrets()).toEqual(before);
  });

  it('a store whose conditions no longer admit the namespace, by a commit', async () => {
    const before = await secrets();

    await testnet.remote.write('stores/manifests/testnet-secrets.yaml', awsStore.replace('^(devnet|testnet-.*)$', '^devnet$'));
    await testnet.remote.push('Only the devnet');
    await expect.poll(() => ready('database'), within).toBe(`False: using ClusterSecretStore "testnet-secrets" is not allowed from namespace "${namespace}": denied by its spec.conditions`);
    await pause(1_500);
    expect(await secrets()).toEqual(before);

    await testnet.remote.write('stores/manifests/testnet-secrets.yaml', awsStore);
    await testnet.remote.push('All testnets');
    await expect.poll(() => ready('database'), within).toBe('True: secret synced');
    expect(await secrets()).toEqual(before);
  });

  it('malformed YAML in Git stops its own Application, and nothing beside it', async () => {
    const settings = (network: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  network: ${network}\n`;
    await testnet.remote.write('testnets/other/settings.yaml', settings('one'));
    await testnet.remote.push('Another testnet');
    const source = { repoURL: testnet.remote.url, targetRevision: 'main', path: 'testnets/other' };
    await post(applications, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'other' }, spec: { project: 'default', source, destination: { server: 'https://kubernetes.default.svc', namespace }, syncPolicy: { automated: {} } } });
    const network = async (): Promise<unknown> => at(await get(`/api/v1/namespaces/${namespace}/configmaps/settings`), 'data', 'network');
    await expect.poll(network, within).toBe('one');
    const before = await secrets();
    const workload = await get('/apis/apps/v1/namespaces/devnet/deployments/faucet');

    await testnet.remote.write('testnets/devnet/manifests/workloads/seed.yaml', 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: "seed\n');
    await testnet.remote.write('testnets/other/settings.yaml', settings('two'));
    const commit = await testnet.remote.push('Unfinished');

    const conditions = async (): Promise<unknown> => at(await get(`${applications}/devnet`), 'status', 'conditions');
    await expect.poll(async () => JSON.stringify(await conditions()), within).toContain('testnets/devnet/manifests/workloads/seed.yaml:5: not valid YAML: ');
    expect(await conditions()).toHaveLength(1);
    await expect.poll(network, within).toBe('two');
    await expect.poll(async () => at(await get(`${applications}/stores`), 'status', 'sync'), within).toMatchObject({ status: 'Synced', revision: commit });
    expect(await secrets()).toEqual(before);
    expect(at(await get('/apis/apps/v1/namespaces/devnet/deployments/faucet'), 'metadata', 'resourceVersion')).toBe(at(workload, 'metadata', 'resourceVersion'));
    // secrets of the Application that stands still go on
    await api.call('DELETE', '/api/v1/namespaces/devnet/secrets/faucet-discord');
    await expect.poll(async () => at(await get('/api/v1/namespaces/devnet/secrets/faucet-discord'), 'data', 'token'), within).toBe(Buffer.from('discord-bot-token').toString('base64'));
    await testnet.remote.git('checkout', `${commit}~`, '--', 'testnets/devnet');
    const repaired = await testnet.remote.push('The seed again');
    await expect.poll(async () => at(await get(`${applications}/devnet`), 'status', 'sync'), within).toMatchObject({ status: 'Synced', revision: repaired });
    expect(await conditions()).toEqual([]);
  });

  it('a provider that hangs delays nobody else, and is told once its time is over', async () => {
    const before = await secrets();
    testnet.aws.behave('hang');
    const calls = testnet.aws.calls();
    await expect.poll(() => testnet.aws.calls(), within).toBeGreaterThan(calls);

    const begun = performance.now();
    await declare('unaffected', { secretStoreRef: { name: 'own' } });
    await testnet.remote.write('testnets/other/settings.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  network: three\n');
    await testnet.remote.push('A third network');
    await expect.poll(() => ready('unaffected'), { ...within, timeout: 10_000 }).toBe('True: secret synced');
    await expect.poll(async () => at(await get(`/api/v1/namespaces/${namespace}/configmaps/settings`), 'data', 'network'), { ...within, timeout: 10_000 }).toBe('three');
    expect(performance.now() - begun).toBeLessThan(10_000);
    for (const probe of ['healthz', 'readyz']) expect((await fetch(`${controller.url}/${probe}`)).status).toBe(200);

    await expect.poll(() => ready('database'), { ...within, timeout: 45_000 }).toBe(`False: ${both('(unavailable): the provider did not answer within 30 s')}`);
    expect(await secrets()).toEqual(expect.arrayContaining([...before]));
    testnet.aws.behave('well');
    await askAgain('database');
    await expect.poll(() => ready('database'), { ...within, timeout: 45_000 }).toBe('True: secret synced');
    expect(await secrets()).toEqual(expect.arrayContaining([...before]));
  }, 150_000);
});
