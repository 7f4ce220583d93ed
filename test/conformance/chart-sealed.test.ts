import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { renderChart } from '../support/chart.ts';
import { chartStage } from '../support/chart-stage.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { type AuditEntry, readAuditLog } from '../support/parts/audit-log.ts';
import { freePorts } from '../support/parts/free-ports.ts';
import { at, serviceAccountToken } from '../support/raw-api.ts';
import { sealTexts } from '../support/sealed-stage.ts';

const namespace = 'prelude-system';
const stage = chartStage(namespace, ['team-a', 'team-b']);
const { install, uninstall, eventually, grantedRights } = stage;
/** The half for SealedSecrets alone, so that no right of another half helps it. */
const alone = { secrets: { enabled: false }, git: { enabled: false }, sealedSecrets: { enabled: true }, extraArgs: ['--seal-key-size=2048'] };
const sealedPath = (name = ''): string => `/apis/bitnami.com/v1alpha1/namespaces/team-a/sealedsecrets${name === '' ? '' : `/${name}`}`;
const container = z.object({ args: z.array(z.string()) });

let running: ControllerProcess | undefined;
let port: number;

const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const made: string[] = [];

afterEach(async () => {
  await running?.stop();
  running = undefined;
  for (const path of made.splice(0)) await stage.api.call('DELETE', path);
  await uninstall();
});

/** Makes an object that goes with the test. */
async function make(collection: string, object: { readonly metadata: { readonly name: string } }): Promise<string> {
  const { status, body } = await stage.api.call('POST', collection, object);
  expect(status, JSON.stringify(body)).toBe(201);
  const path = `${collection}/${object.metadata.name}`;
  made.push(path);
  return path;
}

/** Gives the account `default` of a namespace a ClusterRole everywhere. */
function bind(where: string, name: string): Promise<string> {
  return make(bindings, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: `test-${name}` }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }, subjects: [{ kind: 'ServiceAccount', namespace: where, name: 'default' }] } as { readonly metadata: { readonly name: string } });
}

/** Installs the chart, and runs the program as its Deployment would, under the account that it makes. */
async function start(values: object): Promise<void> {
  await install(values);
  [port = 0] = await freePorts(1);
  const deployment = (await renderChart(values)).find(({ kind }) => kind === 'Deployment');
  const { args } = container.parse(at(deployment, 'spec', 'template', 'spec', 'containers', 0));
  const here = args.slice(1).flatMap((arg) => (arg.startsWith('--listen=') ? [] : [arg.startsWith('--seal-listen=') ? `--seal-listen=127.0.0.1:${port}` : arg]));
  const kubeconfig = stage.controlPlane.kubeconfigFor('prelude', { token: await serviceAccountToken(stage.api, namespace, 'prelude') });
  running = await startController({ kubeconfig, args: here, env: { PRELUDE_NAMESPACE: namespace }, readyWithin: 120_000 });
}

async function servedCertificate(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/cert.pem`);
  expect(response.status).toBe(200);
  return response.text();
}

/** A SealedSecret for the key that the controller serves. */
async function declare(name: string, texts: Readonly<Record<string, string>>): Promise<{ readonly spec: object }> {
  // the first key is made by the one that leads
  const pem = await vi.waitFor(servedCertificate, { timeout: 30_000, interval: 100 });
  const certificate = new X509Certificate(pem);
  const key = { certificate: { pem, fingerprint: '', publicKey: certificate.publicKey, modulusBytes: 256, notBefore: 0, notAfter: 0 } };
  const object = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { namespace: 'team-a', name }, spec: { encryptedData: sealTexts(texts, { key }, { namespace: 'team-a', name }) } };
  await make(sealedPath(), object);
  return object;
}

const isSynced = (object: unknown): boolean => at(object, 'status', 'conditions', 0, 'status') === 'True';

/** A Deployment that looks like Sealed Secrets' controller. */
async function deployUpstream(where: string): Promise<string> {
  const labels = { name: 'sealed-secrets-controller' };
  const security = { allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 1001, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { serviceAccountName: 'default', containers: [{ name: 'controller', image: 'docker.io/bitnami/sealed-secrets-controller:0.40.0', securityContext: security }] } } };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: where, name: 'sealed-secrets-controller', labels }, spec };
  return make(`/apis/apps/v1/namespaces/${where}/deployments`, deployment);
}

async function keyNames(): Promise<readonly unknown[]> {
  const { body } = await stage.api.call('GET', `/api/v1/namespaces/${namespace}/secrets?labelSelector=sealedsecrets.bitnami.com/sealed-secrets-key`);
  return z.object({ items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })) }).parse(body).items.map(({ metadata }) => metadata.name);
}

/** What the account has asked so far. */
function asked(): readonly AuditEntry[] {
  return readAuditLog(stage.controlPlane.auditLog).filter(({ user }) => user === `system:serviceaccount:${namespace}:prelude`);
}

/** `resource.group/sub verb`. An apply that makes its object takes the right to create it, too. */
function used(entries: readonly AuditEntry[]): ReadonlySet<string> {
  return new Set(entries.flatMap(({ verb, resource, group, subresource, code }) => [verb, ...(verb === 'patch' && code === 201 ? ['create'] : [])].map((one) => `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`} ${one}`)));
}

describe('the chart with SealedSecrets alone', { timeout: 400_000 }, () => {
  it('gives exactly the rights that test/golden/chart-rights-sealed.txt lists', async () => {
    await install(alone);
    const found = [`# in ${namespace}, where the keys are`, ...(await grantedRights(namespace)), '# in any other namespace, and in the cluster', ...(await grantedRights('team-a'))];

    expect(`${found.join('\n')}\n`).toBe(readFileSync(new URL('../golden/chart-rights-sealed.txt', import.meta.url), 'utf8'));
  });

  it('has rights enough for all that the controller does, and none that it never uses', async () => {
    // somebody's Deployment that looks like another controller: whether it is one is looked up
    await bind('team-b', 'view');
    await deployUpstream('team-b');
    await start(alone);
    expect(running?.output()).toContain('team-b/sealed-secrets-controller');

    // made, changed by the owner, changed by somebody else, refused, and gone
    const faucet = await declare('faucet', { token: '1' });
    await eventually(sealedPath('faucet'), isSynced);
    const { body: live } = await stage.api.call('GET', sealedPath('faucet'));
    expect((await stage.api.call('PUT', sealedPath('faucet'), { ...Object(live), spec: { ...faucet.spec, template: { metadata: { labels: { a: 'b' } } } } })).status).toBe(200);
    await eventually('/api/v1/namespaces/team-a/secrets/faucet', (secret) => at(secret, 'metadata', 'labels', 'a') === 'b');
    const { body: secret } = await stage.api.call('GET', '/api/v1/namespaces/team-a/secrets/faucet');
    expect((await stage.api.call('PUT', '/api/v1/namespaces/team-a/secrets/faucet', { ...Object(secret), data: {} })).status).toBe(200);
    await eventually('/api/v1/namespaces/team-a/secrets/faucet', (healed) => at(healed, 'data', 'token') === Buffer.from('1').toString('base64'));
    const bad = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { namespace: 'team-a', name: 'bad' }, spec: { encryptedData: { a: 'AAAA' } } };
    await make(sealedPath(), bad);
    await eventually(sealedPath('bad'), (object) => at(object, 'status', 'conditions', 0, 'status') === 'False');
    // and kubeseal, with a token
    const token = await serviceAccountToken(stage.api, namespace, 'default');
    const { status } = await fetch(`http://127.0.0.1:${port}/v1/verify`, { method: 'POST', body: JSON.stringify(faucet), headers: { authorization: `Bearer ${token}` } });
    expect(status).toBe(403);
    // events come a moment after what they tell of
    await vi.waitFor(() => expect(used(asked()).has('events create')).toBe(true), { timeout: 10_000 });
    await delay(500);
    expect(await running?.stop()).toBe(0);

    const requests = asked();
    expect(requests.filter(({ code }) => code === 403).map(({ verb, uri }) => `${verb} ${uri}`)).toEqual([]);
    // the log leaves Leases out, which are written all the time; that it has led shows that its own is its to write
    const granted = (await grantedRights(namespace)).filter((line) => !line.startsWith('leases.')).flatMap((line) => {
      const [resource = '', verbs = ''] = line.split(': ');
      return verbs.split(' ').map((verb) => `${resource} ${verb}`);
    });
    expect(granted.filter((right) => !used(requests).has(right))).toEqual([]);
  });

  it('opens SealedSecrets of the namespaces it is restricted to with rights there and none in the cluster', async () => {
    const values = { ...alone, scopedNamespaces: ['team-a'] };
    expect((await renderChart(values)).filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
    const before = asked().length;
    await start(values);

    await declare('scoped', { token: '1' });
    await eventually(sealedPath('scoped'), isSynced);
    await running?.stop();

    expect((await grantedRights('team-b')).length).toBe(0);
    // whether another controller runs anywhere is not for a Role to see; it looks where the keys are
    const refused = asked().slice(before).filter(({ code }) => code === 403).map(({ verb, uri }) => `${verb} ${uri}`);
    expect([...new Set(refused)]).toEqual(['list /apis/apps/v1/deployments?limit=500']);
  });
});

describe("the controller beside Sealed Secrets' own", { timeout: 400_000 }, () => {
  it.each([
    ['that may update Secrets everywhere, in whatever namespace', alone, 'team-b', true],
    ['in the namespace of the keys, where that is all it may see', { ...alone, scopedNamespaces: ['team-a'] }, namespace, false],
  ])('does not start, and says what to do: %s', async (_, values, where, isBound) => {
    await install(values);
    if (isBound) await bind(where, 'edit');
    const path = await deployUpstream(where);
    const before = await keyNames();

    await expect(start(values)).rejects.toThrow(new RegExp(`ended with 1:[^]*Sealed Secrets' controller runs here: Deployment ${where}/sealed-secrets-controller\\.[^]*prelude takeover sealed-secrets --check`));
    // no key was made, nor anything else
    expect(await keyNames()).toEqual(before);

    const { body } = await stage.api.call('GET', path);
    expect((await stage.api.call('PUT', path, { ...Object(body), spec: { ...Object(at(body, 'spec')), replicas: 0 } })).status).toBe(200);
    await eventually(path, (deployment) => at(deployment, 'status', 'replicas') === undefined && at(deployment, 'status', 'observedGeneration') === at(deployment, 'metadata', 'generation'));
    await start(values);
    await vi.waitFor(servedCertificate, { timeout: 30_000, interval: 100 });
  });
});
