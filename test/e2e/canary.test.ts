import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { createCanaries, type Finding } from '../support/canary.ts';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import type { AwsMood } from '../support/counting-aws.ts';
import { everythingIn } from '../support/everything-in-cluster.ts';
import { at, createRawApi, type RawApi } from '../support/raw-api.ts';
import { encryptForSample, sampleTestnets } from '../support/sample-secrets.ts';
import { sealingNamespace, startTestnet, type Testnet } from '../support/testnet.ts';

const canaries = createCanaries();
const plant = (name: string, middle?: string | Uint8Array): string => canaries.plant(name, middle).text;

/** What the seed of a testnet takes its chart values from: canaries with what Helm's own grammar of values would trip over. */
function seedKeys(pair: string, password: string): string {
  return JSON.stringify({ libp2p: plant(pair, ',{x=1},'), password: plant(password) });
}

/** Everything the provider holds; each value a canary of its own. */
const remote: Readonly<Record<string, string | Uint8Array>> = {
  // the testnets' own
  'testnets/devnet/block-producer-1': JSON.stringify({ key: plant('block producer 1'), pub: plant('public key 1') }),
  'testnets/devnet/block-producer-2': JSON.stringify({ key: plant('block producer 2'), pub: plant('public key 2') }),
  'testnets/testnet-berlin/whale-1': JSON.stringify({ key: plant('whale 1'), pub: plant('public key of whale 1') }),
  'testnets/testnet-berlin/whale-2': JSON.stringify({ key: plant('whale 2'), pub: plant('public key of whale 2') }),
  ...Object.fromEntries(sampleTestnets.map((name) => [`testnets/${name}/seed`, seedKeys(`${name} pair`, `${name} password`)])),
  'testnets/shared/faucet-discord': plant('faucet'),
  'testnets/shared/genesis-ledger': JSON.stringify({ token: plant('genesis') }),
  'testnets/shared/registry': JSON.stringify({ auths: { 'registry.example': { username: plant('registry user'), password: plant('registry password') } } }),
  'testnets/shared/late': plant('late'),
  // stories of this test
  text: plant('text'),
  json: JSON.stringify({ inner: { value: plant('property') }, list: [plant('item')] }),
  object: JSON.stringify({ one: plant('extracted'), two: `${plant('extracted, too')}\u2028</script>` }),
  binary: canaries.plant('binary', Uint8Array.of(0, 255, 254, 128, 10)).bytes,
  nul: plant('nul', 'a\0b'),
  large: plant('large', 'x'.repeat(2 << 20)),
  'not-json': plant('not JSON'),
  'broken-json': `{"a": "${plant('broken JSON', '-')}`,
  array: JSON.stringify([plant('array')]),
  'odd-key': JSON.stringify({ '': plant('odd key'), 'a/b': plant('other odd key') }),
  rotating: plant('before rotation'),
  immutable: plant('in an immutable Secret'),
  denied: plant('denied'),
  policy: plant('refused by a policy'),
  foreign: plant('for a foreign Secret'),
};

const provider = { accessKeyId: `AKID${plant('access key id', 'x')}`, secretAccessKey: plant('secret access key', '/+'), says: plant('provider error', ' ') };
const namespace = 'testnet-canary';
const applications = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
const externalSecrets = '/apis/external-secrets.io/v1/namespaces/testnet-canary/externalsecrets';
const within = { timeout: 30_000, interval: 50 };

interface Story {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** What Ready says; absent: it is True. */
  readonly says?: RegExp;
}

const value = (key: string, more: object = {}): Story['spec'] => ({ data: [{ secretKey: 'value', remoteRef: { key, ...more } }] });

const stories: readonly Story[] = [
  { name: 'text', spec: value('text') },
  { name: 'property', spec: value('json', { property: 'inner.value' }) },
  { name: 'item', spec: value('json', { property: 'list.0' }) },
  { name: 'extract', spec: { dataFrom: [{ extract: { key: 'object' } }] } },
  { name: 'binary', spec: value('binary') },
  { name: 'nul', spec: value('nul') },
  { name: 'fake', spec: { ...value('planted'), secretStoreRef: { name: 'fake' } } },
  { name: 'rotating', spec: { ...value('rotating'), refreshInterval: '1s' } },
  { name: 'immutable', spec: { ...value('immutable'), refreshInterval: '1s' } },
  { name: 'property-of-text', spec: value('not-json', { property: 'a' }), says: /not JSON/ },
  { name: 'property-of-broken-json', spec: value('broken-json', { property: 'a' }), says: /not JSON/ },
  { name: 'property-that-is-not-there', spec: value('json', { property: 'outer' }), says: /has no property "outer"/ },
  { name: 'extract-of-an-array', spec: { dataFrom: [{ extract: { key: 'array' } }] }, says: /not an object/ },
  { name: 'extract-of-text', spec: { dataFrom: [{ extract: { key: 'not-json' } }] }, says: /not JSON/ },
  { name: 'not-base64', spec: value('text', { decodingStrategy: 'Base64' }), says: /is not Base64/ },
  { name: 'nul-forbidden', spec: value('nul', { nullBytePolicy: 'Fail' }), says: /NUL/ },
  { name: 'large', spec: value('large'), says: /bytes|large/ },
  { name: 'denied', spec: value('denied'), says: /denied/ },
  { name: 'absent', spec: value('nowhere'), says: /the provider has no "nowhere"/ },
  { name: 'no-pull-secret', spec: { ...value('text'), target: { template: { type: 'kubernetes.io/dockerconfigjson' } } }, says: /dockerconfigjson|\.data/ },
  { name: 'foreign', spec: value('foreign'), says: /made by somebody else/ },
];

const moods: readonly AwsMood[] = ['html', 'html-403', 'html-404', 'html-500', 'nonsense', 'error-500', 'reset', 'throttle'];

describe('no value that is planted', { timeout: 120_000 }, () => {
  let testnet: Testnet;
  let api: RawApi;
  let folder: string;
  let env: Readonly<Record<string, string>>;
  let controller: ControllerProcess;
  const findings: Finding[] = [];
  const temporary = new Set<string>();
  const search = (place: string, content: string | Uint8Array): void => void findings.push(...canaries.search(place, content));

  beforeAll(async () => {
    const encrypted = await Promise.all(sampleTestnets.map((name) => encryptForSample(name, { databasePassword: plant(`${name} database`), cloudKey: plant(`${name} cloud key`) })));
    const values = { sealedSecrets: { enabled: true, keyNamespace: sealingNamespace } };
    testnet = await startTestnet({ parts: inject('parts'), secrets: remote, provider, repository: 'sample', files: Object.assign({}, ...encrypted), values });
    api = createRawApi(testnet.plane);
    folder = mkdtempSync(join(tmpdir(), 'prelude-canary-'));
    for (const name of ['tmp', 'home', 'cache']) mkdirSync(join(folder, name));
    env = { ...testnet.env, TMPDIR: join(folder, 'tmp'), HOME: join(folder, 'home') };
    watch(join(folder, 'tmp'), { recursive: true, persistent: false }, (_event, name) => void temporary.add(name ?? ''));
    testnet.aws.deny('denied');
    for (const name of [namespace, 'testnet-policy']) await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const args = [...testnet.args, '--controllers', 'secrets,git,sealed', '--seal-key-namespace', sealingNamespace];
    controller = await startController({ ...testnet, args, env, cache: join(folder, 'cache') });
  }, 180_000);

  afterAll(async () => {
    await controller.kill();
    await api.close();
    await testnet[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function post(path: string, body: KubeObject & Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await api.call('POST', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
  }

  function declare(name: string, spec: object, where = externalSecrets): Promise<void> {
    const secretStoreRef = { kind: 'ClusterSecretStore', name: 'testnet-secrets' };
    return post(where, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name }, spec: { secretStoreRef, ...spec } });
  }

  async function ready(name: string, where = externalSecrets): Promise<string> {
    const condition = at((await api.call('GET', `${where}/${name}`)).body, 'status', 'conditions', 0);
    return `${String(at(condition, 'status'))}: ${String(at(condition, 'message'))}`;
  }

  async function secret(name: string, key = 'value', where = namespace): Promise<Buffer> {
    const encoded = at((await api.call('GET', `/api/v1/namespaces/${where}/secrets/${name}`)).body, 'data', key);
    return Buffer.from(typeof encoded === 'string' ? encoded : '', 'base64');
  }

  const merge = (path: string, body: unknown): ReturnType<RawApi['call']> => api.call('PATCH', path, body, 'application/merge-patch+json');
  const secretPath = (name: string): string => `/api/v1/namespaces/${namespace}/secrets/${name}`;

  it('is missing where it belongs: the provider has it, and the Secrets get it', async () => {
    await post('/apis/external-secrets.io/v1/namespaces/testnet-canary/secretstores', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: { name: 'fake' },
      spec: { provider: { fake: { data: [{ key: 'planted', value: plant('in a fake store') }] } } },
    });
    await post(`/api/v1/namespaces/${namespace}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'foreign' }, stringData: { value: plant("in somebody else's Secret") } });
    for (const { name, spec } of stories) await declare(name, spec);

    for (const { name, says } of stories) await expect.poll(() => ready(name), { ...within, message: name }).toMatch(says === undefined ? /^True: / : says);
    for (const { name, says } of stories) expect(await ready(name), name).toMatch(says === undefined ? /^True: / : /^False: /);

    expect((await secret('text')).equals(canaries.plant('text').bytes)).toBe(true);
    expect((await secret('binary')).equals(canaries.plant('binary').bytes)).toBe(true);
    expect((await secret('nul')).equals(canaries.plant('nul').bytes)).toBe(true);
    expect((await secret('fake')).equals(canaries.plant('in a fake store').bytes)).toBe(true);
  });

  it('keeps two testnets from coming up, from one commit and its two values.yaml', async () => {
    const commit = await testnet.remote.git('rev-parse', 'HEAD');
    for (const name of sampleTestnets) await expect.poll(() => stateOf(name), { ...within, timeout: 60_000, message: name }).toEqual(['Healthy', 'Synced', commit]);

    for (const name of sampleTestnets) {
      for (const [from, key, canary] of [['seed-libp2p', 'keypair', 'pair'], ['node-key-password', 'password', 'password'], ['archive-database', 'password', 'database'], ['uploader-cloud-key', 'key.json', 'cloud key']] as const) {
        expect((await secret(from, key, name)).equals(canaries.plant(`${name} ${canary}`).bytes), `${name} ${from}`).toBe(true);
      }
    }
  });

  it('is told by the charts that are rendered anew for a value that is rotated, and they roll only what uses it', async () => {
    const before = await templates();
    await rotateSeed('devnet', 'devnet pair, rotated', 'devnet password');
    await expect.poll(() => rolledSince(before), within).toEqual(['devnet/seed']);
    expect((await secret('seed-libp2p', 'keypair', 'devnet')).equals(canaries.plant('devnet pair, rotated').bytes)).toBe(true);

    await rotateSeed('testnet-berlin', 'testnet-berlin pair', 'testnet-berlin password, rotated');
    const nodes = ['seed', 'snark-worker', 'whale-1', 'whale-2'].map((name) => `testnet-berlin/${name}`);
    await expect.poll(() => rolledSince(before), within).toEqual(['devnet/seed', ...nodes]);
    for (const name of sampleTestnets) await expect.poll(async () => (await stateOf(name)).slice(0, 2), within).toEqual(['Healthy', 'Synced']);
    expect(await rolledSince(before)).toEqual(['devnet/seed', ...nodes]);
  });

  /** Health, sync and the commits that the sources of a testnet are at. */
  async function stateOf(name: string): Promise<readonly unknown[]> {
    const status = at((await api.call('GET', `${applications}/${name}`)).body, 'status');
    return [at(status, 'health', 'status'), at(status, 'sync', 'status'), ...new Set(JSON.stringify(at(status, 'sync') ?? '').match(/\b[0-9a-f]{40}\b/g))];
  }

  /** Pod templates of all that runs in the testnets. */
  async function templates(): Promise<ReadonlyMap<string, string>> {
    const lists = await Promise.all(['deployments', 'statefulsets'].map(async (plural) => at((await api.call('GET', `/apis/apps/v1/${plural}`)).body, 'items')));
    const all = lists.flatMap((items) => (Array.isArray(items) ? items : [])).filter((item) => sampleTestnets.some((name) => name === at(item, 'metadata', 'namespace')));
    return new Map(all.map((item) => [`${String(at(item, 'metadata', 'namespace'))}/${String(at(item, 'metadata', 'name'))}`, JSON.stringify(at(item, 'spec', 'template'))]));
  }

  async function rolledSince(before: ReadonlyMap<string, string>): Promise<readonly string[]> {
    return [...(await templates())].flatMap(([name, template]) => (before.get(name) === template ? [] : [name])).toSorted();
  }

  /** Gives the seed's keys other values at the provider, and asks for them at once. */
  async function rotateSeed(name: string, pair: string, password: string): Promise<void> {
    testnet.aws.set(`testnets/${name}/seed`, seedKeys(pair, password));
    const path = `/apis/external-secrets.io/v1/namespaces/${name}/externalsecrets/seed-keys`;
    expect((await merge(path, { metadata: { annotations: { 'external-secrets.io/force-sync': pair } } })).status).toBe(200);
  }

  it.each(moods)('comes back when the provider answers with %s', async (mood) => {
    testnet.aws.behave(mood);
    if (mood.startsWith('html') || mood === 'nonsense' || mood === 'error-500') {
      const answer = await (await fetch(testnet.aws.url, { method: 'POST', headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' }, body: '{}' })).text();
      expect(canaries.search(mood, answer).map(({ canary }) => canary)).toEqual(['provider error']);
    }

    await declare(`mood-${mood}`, value('text'));

    // what is asked to slow down waits for its turn, and says nothing before its patience ends
    if (mood === 'throttle') await expect.poll(() => testnet.aws.calls(), within).toBeGreaterThan(0);
    else await expect.poll(() => ready(`mood-${mood}`), within).toMatch(/^False: .*(unavailable|denied)/);
    testnet.aws.behave('well');
  });

  it('is told by a rotation, a Secret that is edited, one that is immutable, or a refusal of the API server', async () => {
    testnet.aws.set('rotating', plant('after rotation'));
    await expect.poll(async () => (await secret('rotating')).equals(canaries.plant('after rotation').bytes), within).toBe(true);

    await merge(secretPath('text'), { data: { value: canaries.plant('forged').bytes.toString('base64'), more: canaries.plant('forged key').bytes.toString('base64') } });
    await expect.poll(async () => (await secret('text')).equals(canaries.plant('text').bytes), within).toBe(true);
    await api.call('DELETE', secretPath('binary'));
    await expect.poll(async () => (await secret('binary')).equals(canaries.plant('binary').bytes), within).toBe(true);

    await merge(secretPath('immutable'), { immutable: true });
    testnet.aws.set('immutable', plant('for an immutable Secret'));
    await expect.poll(() => ready('immutable'), within).toMatch(/^False: .*immutable/);
    expect((await secret('immutable')).equals(canaries.plant('in an immutable Secret').bytes)).toBe(true);

    const where = externalSecrets.replace(namespace, 'testnet-policy');
    await denyQuoting('testnet-policy');
    await declare('policy', value('policy'), where);
    await expect.poll(() => ready('policy', where), within).toMatch(/^False: .*ValidatingAdmissionPolicy/);
  });

  /** A policy that quotes the Secret in its refusal, as a careless administrator might write it. */
  async function denyQuoting(name: string): Promise<void> {
    const group = '/apis/admissionregistration.k8s.io/v1';
    const [apiVersion, metadata] = ['admissionregistration.k8s.io/v1', { name }];
    await post(`${group}/validatingadmissionpolicies`, {
      ...{ apiVersion, kind: 'ValidatingAdmissionPolicy', metadata },
      spec: {
        matchConstraints: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] }],
        },
        validations: [{ expression: 'false', messageExpression: "'I do not like ' + string(object.data.value)" }],
      },
    });
    await post(`${group}/validatingadmissionpolicybindings`, { ...{ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata }, spec: { policyName: name, validationActions: ['Deny'] } });
    const probe = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'probe' }, data: { value: 'eA==' } };
    await expect.poll(async () => (await api.call('POST', `/api/v1/namespaces/${name}/secrets?dryRun=All`, probe)).status, within).toBe(422);
  }

  it('is told by an Application whose address holds a password, or by manifests that are Secrets or no YAML', async () => {
    const application = (name: string, source: object): KubeObject & Readonly<Record<string, unknown>> => ({
      ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name } },
      spec: { project: 'default', source: { targetRevision: 'main', ...source }, destination: { server: 'https://kubernetes.default.svc', namespace }, syncPolicy: { automated: {} } },
    });
    const [user, password] = ['user in an address', 'password in an address'].map((name) => encodeURIComponent(plant(name)));
    await testnet.remote.write('secret-in-git/secret.yaml', `apiVersion: v1\nkind: Secret\nmetadata:\n  name: from-git\ndata:\n  value: ${canaries.plant('git: in a manifest').bytes.toString('base64')}\n`);
    await testnet.remote.write('broken/secret.yaml', `apiVersion: v1\nkind: Secret\nmetadata:\n  name: broken\nstringData:\n  a: "${plant('git: in broken YAML', '-')}\n  b: [${plant('git: in more of it', '-')}\n`);
    await testnet.remote.push('Secrets in Git');
    await post(applications, application('password', { repoURL: `https://${user}:${password}@127.0.0.1:9/repository.git`, path: '.' }));
    await post(applications, application('secret-in-git', { repoURL: testnet.remote.url, path: 'secret-in-git' }));
    await post(applications, application('broken', { repoURL: testnet.remote.url, path: 'broken' }));

    const conditions = async (name: string): Promise<string> => JSON.stringify(at((await api.call('GET', `${applications}/${name}`)).body, 'status', 'conditions') ?? '');
    await expect.poll(() => conditions('password'), within).toContain('credentials do not belong in an Application');
    await expect.poll(() => conditions('broken'), within).toContain('broken/secret.yaml');
    await expect.poll(() => conditions('secret-in-git'), within).toContain('a Secret with values in Git is no secret');
  });

  it('stands in the output, the endpoints, the memory of the process that others may see, or in its files', async () => {
    for (const path of ['/metrics', '/healthz', '/readyz', '/']) {
      const answer = await fetch(`${controller.url}${path}`);
      search(path, `${JSON.stringify([...answer.headers])}\n${await answer.text()}`);
    }
    for (const file of ['environ', 'cmdline', 'status']) search(`/proc/PID/${file}`, readFileSync(`/proc/${controller.pid}/${file}`));
    testnet.aws.behave('hang');
    await declare('hanging', value('text'));
    const calls = testnet.aws.calls();
    await expect.poll(() => testnet.aws.calls(), within).toBeGreaterThan(calls);
    expect(await controller.stop()).toBe(0);
    testnet.aws.behave('well');
    search('output of the controller', controller.output());

    expect(controller.output()).toContain('"level":"debug"');
    expect([...temporary]).toEqual([]);
    for (const [place, content] of filesOf(folder)) search(place, content);
    expect(findings.filter(({ canary, place }) => !(place.startsWith('git cache') && canary.startsWith('git: ')))).toEqual([]);
  });

  it('is printed by up, be it that it fails or that it succeeds, or by explain', async () => {
    const late = mkdtempSync(join(folder, 'late-'));
    const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'late' }, spec: { source: { repoURL: '.', path: 'late' }, destination: { name: 'in-cluster', namespace } } };
    const manifest = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'late' }, spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'testnet-secrets' }, ...value('testnets/shared/late') } };
    mkdirSync(join(late, 'late'));
    for (const [path, object] of [['application.json', application], ['late/late.json', manifest]] as const) writeFileSync(join(late, path), JSON.stringify(object));
    const prelude = (...args: readonly string[]): Promise<CliResult> => runCli([...args, '--kubeconfig', testnet.plane.kubeconfig], { env });

    testnet.aws.behave('html-500');
    const failed = await prelude('up', late, '--timeout', '8s');
    testnet.aws.behave('well');
    testnet.aws.set('testnets/shared/late', plant('late'));
    const [came, done] = [await prelude('up', late), await prelude('up', testnet.remote.folder, '--seal-key-namespace', sealingNamespace)];

    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/ExternalSecret late: .*HTTP 502/) });
    expect(came).toMatchObject({ code: 0, stdout: expect.stringMatching(/argocd\/late .* Healthy/) });
    for (const name of sampleTestnets) expect(done.stdout).toMatch(new RegExp(`argocd/${name} .* Healthy`));
    const told = [failed, came, done, await prelude('explain', 'secret', 'devnet/seed-keys'), await prelude('explain', 'secret', 'devnet/seed-libp2p')];
    expect(told.slice(3)).toMatchObject([{ code: 0, stdout: expect.stringContaining('libp2p') }, { code: 0, stdout: expect.stringContaining('Deployment  seed') }]);
    for (const { stdout, stderr } of told) search('output of commands', stdout + stderr);
    expect(findings.filter(({ place }) => place === 'output of commands')).toEqual([]);
  });

  it('stands in any object but in a Secret or a fake store, nor in the audit log', async () => {
    const found: Finding[] = [];
    const kinds = new Set<string>();
    const seen = new Set<string>();
    for (const { kind, object } of await everythingIn(api)) {
      kinds.add(kind);
      const name = `${kind} ${String(at(object, 'metadata', 'namespace'))}/${String(at(object, 'metadata', 'name'))}`;
      const text = JSON.stringify(object);
      if (kind === 'Secret') for (const { canary } of canaries.search(name, text)) seen.add(canary);
      found.push(...canaries.search(name, JSON.stringify(withoutValues(kind, object))));
    }
    // the API server itself puts on record what the policy has said
    found.push(...canaries.search('audit log', readFileSync(testnet.plane.auditLog)).filter(({ canary }) => canary !== 'refused by a policy'));

    expect(found).toEqual([]);
    for (const kind of ['Secret', 'ExternalSecret', 'ClusterSecretStore', 'Application', 'Event', 'Deployment', 'StatefulSet', 'CronJob', 'SealedSecret', 'ConfigMap', 'Namespace']) expect(kinds).toContain(kind);
    // the search does see what is there
    for (const name of ['text', 'property', 'extracted', 'binary', 'nul', 'after rotation', 'devnet password', 'devnet pair, rotated', 'testnet-berlin password, rotated', 'testnet-berlin database', 'devnet cloud key', 'access key id', 'secret access key', 'late']) expect(seen, name).toContain(name);
  });
});

/** An object without the one place in which it is meant to hold values. */
function withoutValues(kind: string, object: Readonly<Record<string, unknown>>): unknown {
  const { data: _data, spec, ...rest } = object;
  if (kind === 'Secret') return rest;
  const isFake = (kind === 'SecretStore' || kind === 'ClusterSecretStore') && at(spec, 'provider', 'fake') !== undefined;
  const hasPassword = kind === 'Application' && at(object, 'metadata', 'name') === 'password';
  return isFake || hasPassword ? rest : object;
}

/** Every file below a folder; of a bare repository what is in its objects, too, which are compressed. */
function* filesOf(folder: string): Generator<readonly [place: string, content: Uint8Array]> {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const full = join(folder, path);
    if (statSync(full).isFile()) yield [path.startsWith('cache/git') ? `git cache ${path}` : path, readFileSync(full)];
    else if (path.endsWith('.git')) yield [`git cache ${path}, its objects`, execFileSync('git', ['--git-dir', full, 'cat-file', '--batch-all-objects', '--batch'], { maxBuffer: 1 << 30 })];
  }
}
