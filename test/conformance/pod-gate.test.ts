import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { hasPodGate } from '../../src/api/pod-gate.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import { eventType, externalSecretType, namespaceType, podType, sealedSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { createAuthority } from '../support/certificate.ts';
import { renderChart } from '../support/chart.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { freePorts } from '../support/parts/free-ports.ts';
import { at } from '../support/raw-api.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'another-deployer' };
const within = { timeout: 20_000, interval: 50 };
const configurationType: ResourceType = { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingWebhookConfiguration', plural: 'mutatingwebhookconfigurations', namespaced: false, statusSubresource: false };

let world: RealWorld;
let controller: ControllerProcess | undefined;
let folder: string;
let port: number;

function start(timeout: string): Promise<ControllerProcess> {
  const args = ['--controllers=secrets', `--webhook-listen=127.0.0.1:${port}`, `--webhook-cert-dir=${folder}`, '--pod-gate', `--pod-gate-timeout=${timeout}`];
  return startController({ kubeconfig: world.kubeconfig, args, readyWithin: 60_000 });
}

beforeAll(async () => {
  world = await openRealWorld();
  [port = 0] = await freePorts(1);
  folder = mkdtempSync(join(tmpdir(), 'prelude-pod-gate-'));
  const authority = createAuthority('pod-gate-test');
  const { cert, key } = authority.issue({ commonName: 'prelude', hosts: ['127.0.0.1'] });
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key);
  for (const [name, labels] of [['theirs', { 'prelude.dev/pod-gate': 'enabled' }], ['elsewhere', {}]] as const) {
    await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, by, never);
  }
  controller = await start('10m');
  // as the chart has it, at an address that this API server can reach
  const rendered = (await renderChart({ podGate: { enabled: true }, webhook: { certSecret: 'tls' } })).find(({ kind }) => kind === configurationType.kind);
  const webhook = at(rendered, 'webhooks', 0);
  if (typeof webhook !== 'object' || webhook === null) throw new Error('the chart has no webhook for pods');
  const clientConfig = { url: `https://127.0.0.1:${port}/mutate-pods`, caBundle: Buffer.from(authority.cert).toString('base64') };
  await world.cluster.create(configurationType, { apiVersion: 'admissionregistration.k8s.io/v1', kind: configurationType.kind, metadata: { name: 'prelude' }, webhooks: [{ ...webhook, clientConfig }] }, by, never);
  await world.cluster.create(externalSecretType, externalSecret('probe', 'never'), by, never);
  // the API server learns of it from a watch, and of the account that pods run as from a controller
  await vi.waitFor(async () => expect(hasPodGate(await makePod('probe', needing('probe')))).toBe(true), { timeout: 20_000, interval: 200 }).catch((error: unknown) => expect.fail(`${String(error)}\n${controller?.output() ?? ''}`));
}, 180_000);

afterAll(async () => {
  await controller?.stop();
  await world.stop();
  rmSync(folder, { recursive: true });
});

function externalSecret(name: string, store: string, namespace = 'theirs'): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name }, spec: { secretStoreRef: { name: store }, data: [{ secretKey: 'key', remoteRef: { key: 'seed' } }] } };
}

function needing(secret: string): object {
  return { containers: [{ name: 'node', image: 'node', env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: secret, key: 'key' } } }] }] };
}

async function makePod(name: string, spec: object, metadata: Partial<KubeObject['metadata']> = {}): Promise<KubeObject> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'theirs', name, ...metadata }, spec };
  const made = await world.cluster.create(podType, pod, by, never);
  if (name === 'probe') await world.cluster.delete(podType, { namespace: 'theirs', name }, {}, never);
  return made;
}

const pod = (name: string): Promise<KubeObject | undefined> => world.cluster.get(podType, { namespace: 'theirs', name }, never);

async function eventsOf(name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { items } of world.cluster.pages(eventType, { namespace: 'theirs' }, never)) {
    for (const event of items) if (at(event, 'involvedObject', 'name') === name) found.push(`${String(at(event, 'type'))} ${String(at(event, 'reason'))}: ${String(at(event, 'message'))}`);
  }
  return found;
}

describe('the pod gate, asked by a real API server', () => {
  it('holds a pod while its Secret is not there, says what for, and lets it go once the Secret is made', async () => {
    await world.cluster.create(externalSecretType, externalSecret('seed', 'vault'), by, never);

    const gated = await makePod('seed', { ...needing('seed'), schedulingGates: [{ name: 'theirs.example/quota' }] }, { labels: { app: 'seed' } });

    expect(at(gated, 'spec', 'schedulingGates')).toEqual([{ name: 'theirs.example/quota' }, { name: 'prelude.dev/secrets' }]);
    expect(gated.metadata.labels).toEqual({ app: 'seed', 'prelude.dev/gated': 'true' });
    await expect.poll(() => eventsOf('seed'), within).toContainEqual(expect.stringMatching(/^Normal WaitingForSecrets: waiting for ExternalSecret theirs\/seed: .*vault/));

    const store = { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: 'theirs', name: 'vault' }, spec: { provider: { fake: { data: [{ key: 'seed', value: 'planted' }] } } } };
    await world.cluster.create(secretStoreType, store, by, never);

    await expect.poll(async () => at(await pod('seed'), 'spec', 'schedulingGates'), within).toEqual([{ name: 'theirs.example/quota' }]);
    expect((await world.cluster.get(secretType, { namespace: 'theirs', name: 'seed' }, never))?.metadata.labels).toBeDefined();
    expect((await pod('seed'))?.metadata.labels).toEqual({ app: 'seed' });
    await expect.poll(() => eventsOf('seed'), within).toContain('Normal SecretsCurrent: the Secrets that this pod needs are there and current');
  });

  it('leaves pods alone whose Secrets are current or undeclared, that need none, that say so, and those of other namespaces', async () => {
    await world.cluster.create(externalSecretType, externalSecret('seed', 'never', 'elsewhere'), by, never);
    const optional = { containers: [{ name: 'node', image: 'node', envFrom: [{ secretRef: { name: 'probe', optional: true } }] }] };

    const made = [
      await makePod('current', needing('seed')),
      await makePod('undeclared', needing('by-hand')),
      await makePod('needless', { containers: [{ name: 'node', image: 'node' }] }),
      await makePod('optional', optional),
      await makePod('placed', { ...needing('probe'), nodeName: 'somewhere' }),
      await makePod('unwilling', needing('probe'), { annotations: { 'prelude.dev/pod-gate': 'disabled' } }),
      await makePod('outside', needing('seed'), { namespace: 'elsewhere' }),
    ];

    expect(made.map(({ metadata: { name, labels }, spec }) => [name, labels, at(spec, 'schedulingGates')])).toEqual(made.map(({ metadata: { name } }) => [name, undefined, undefined]));
  });

  it('holds a pod again whose ExternalSecret has changed and is not synced, and lets it go when the declaration goes', async () => {
    const sealed = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { namespace: 'theirs', name: 'sealed' }, spec: { encryptedData: { key: 'AgA=' } } };
    await world.cluster.create(sealedSecretType, sealed, by, never);
    const live = await world.cluster.get(externalSecretType, { namespace: 'theirs', name: 'seed' }, never);
    await world.cluster.update(externalSecretType, { ...externalSecret('seed', 'never'), metadata: live?.metadata ?? { name: 'seed' } }, by, never);
    await expect.poll(async () => at(await world.cluster.get(externalSecretType, { namespace: 'theirs', name: 'seed' }, never), 'status', 'conditions', 0, 'status'), within).toBe('False');
    const volumes = [{ name: 'keys', projected: { sources: [{ secret: { name: 'seed' } }, { secret: { name: 'sealed', items: [{ key: 'key', path: 'key' }] } }] } }];

    expect(hasPodGate(await makePod('stale', { containers: [{ name: 'node', image: 'node' }], volumes }))).toBe(true);
    await expect.poll(async () => (await eventsOf('stale')).join(), within).toMatch(/SealedSecret theirs\/sealed: not unsealed yet/);
    for (const [type, name] of [[externalSecretType, 'seed'], [sealedSecretType, 'sealed']] as const) await world.cluster.delete(type, { namespace: 'theirs', name }, {}, never);

    await expect.poll(async () => at(await pod('stale'), 'spec', 'schedulingGates'), within).toBeUndefined();
    await expect.poll(() => eventsOf('stale'), within).toContain('Normal SecretsCurrent: nothing in the cluster declares a Secret that this pod needs');
  });

  it('keeps nobody from making pods while the controller is away, and lets a pod go that has waited too long, saying without what', async () => {
    expect(hasPodGate(await makePod('patient', needing('probe')))).toBe(true);
    await controller?.stop();

    const free = await makePod('free', needing('probe'));
    expect(hasPodGate(free)).toBe(false);
    expect(hasPodGate((await pod('patient')) ?? free)).toBe(true);

    controller = await start('1s');
    await expect.poll(async () => at(await pod('patient'), 'spec', 'schedulingGates'), within).toBeUndefined();
    await expect.poll(() => eventsOf('patient'), within).toContainEqual(expect.stringMatching(/^Warning SecretsTimedOut: opened after 1s without what it waited for: ExternalSecret theirs\/probe: /));
  });
});
