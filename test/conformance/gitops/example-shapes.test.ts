import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { KubeObject } from '../../../src/api/object.ts';
import type { ResourceType } from '../../../src/kube/port.ts';
import { applicationType, configMapType, deploymentType, namespaceType } from '../../../src/kube/resource-types.ts';
import { type ControllerProcess, startController } from '../../support/controller-process.ts';
import { expectedStatus, type ShapeFacts, type ShapeObject } from '../../support/example-shapes/expected-status.ts';
import { createGitRemote, type GitRemote } from '../../support/git-remote.ts';
import { type AuditEntry, isEffectiveWrite } from '../../support/parts/audit-log.ts';
import { openRealWorld, type RealWorld } from '../../support/real-world.ts';

const { signal } = new AbortController();
const manager = { fieldManager: 'test' };
const server = 'https://kubernetes.default.svc';
const syncOptions = ['CreateNamespace=true'];
const ingressType: ResourceType = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', plural: 'ingresses', namespaced: true, statusSubresource: true };

let world: RealWorld;
let remote: GitRemote;
let controller: ControllerProcess;

beforeAll(async () => {
  [world, remote] = await Promise.all([openRealWorld(), createGitRemote()]);
  await remote.copy(join(dirname(dirname(import.meta.dirname)), 'support/example-shapes/repository'));
  await remote.push('the examples');
  await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }, manager, signal);
  const args = ['--application-namespaces', 'argocd', '--namespace', 'argocd', '--poll-interval', '1s', '--git-protocols', 'file', '--controllers', 'git'];
  controller = await startController({ kubeconfig: world.kubeconfig, args, env: { PATH: `${dirname(inject('parts').kustomize)}:${process.env['PATH'] ?? ''}` } });
});
afterAll(async () => {
  await controller.stop();
  await Promise.all([remote.close(), world.stop()]);
});

const until = (check: () => unknown): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 50 }).then(() => undefined);
const head = (): Promise<string> => remote.git('rev-parse', 'HEAD');
const find = (name: string): Promise<KubeObject | undefined> => world.cluster.get(applicationType, { namespace: 'argocd', name }, signal);
const get = (type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> => world.cluster.get(type, { namespace, name }, signal);

async function declare(name: string, source: object, namespace: string, finalizers: readonly string[] = []): Promise<Pick<ShapeFacts, 'source' | 'destination' | 'syncOptions'>> {
  const spec = { project: 'default', source: { repoURL: remote.url, targetRevision: 'main', ...source }, destination: { server, namespace }, syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions } };
  const made = await world.cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name, finalizers }, spec }, manager, signal);
  // as the API server gives it: its fields are in an order of its own
  const { destination } = Object(made['spec']);
  return { source: spec.source, destination, syncOptions };
}

async function untilStatus(name: string, facts: Omit<ShapeFacts, 'commit'>): Promise<void> {
  const expected = expectedStatus({ ...facts, commit: await head() });
  await until(async () => expect((await find(name))?.['status']).toStrictEqual(expected));
}

const core = (kind: string, name: string): ShapeObject => ({ group: '', version: 'v1', kind, name, ...(kind === 'ConfigMap' ? { isJudged: false } : {}) });
const deployment = (name: string, ...images: readonly string[]): ShapeObject => ({ group: 'apps', version: 'v1', kind: 'Deployment', name, images });
const job = (name: string, hook: NonNullable<ShapeObject['hook']>, image: string): ShapeObject => ({ group: 'batch', version: 'v1', kind: 'Job', name, hook, images: [image] });
const web = 'registry.example/guestbook:1.4.0';

/** What the controller has written in a namespace, in the API server's order. */
const written = (namespace: string): readonly string[] =>
  world
    .audit()
    .filter((entry: AuditEntry) => isEffectiveWrite(entry) && entry.namespace === namespace && entry.userAgent.startsWith('prelude/') && !entry.userAgent.startsWith('prelude/test'))
    .toSorted((a, b) => a.received - b.received)
    .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);

it('an Application in any other namespace than those that are named is not looked at', async () => {
  await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }, manager, signal);
  const spec = { project: 'default', source: { repoURL: remote.url, targetRevision: 'main', path: 'guestbook' }, destination: { server, namespace: 'shape-team' }, syncPolicy: { automated: {}, syncOptions } };
  await world.cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'team', name: 'stranger' }, spec }, manager, signal);
  await declare('sync-waves-again', { path: 'sync-waves' }, 'shape-again');
  await until(async () => expect((await find('sync-waves-again'))?.['status']).toMatchObject({ sync: { status: 'Synced' } }));

  expect((await get(applicationType, 'team', 'stranger'))?.['status']).toBeUndefined();
  expect(await world.cluster.get(namespaceType, { name: 'shape-team' }, signal)).toBeUndefined();
});

describe("Argo CD's example shapes deploy, and their whole status is what its contract has", () => {
  it('a guestbook of plain manifests', async () => {
    const said = await declare('guestbook', { path: 'guestbook' }, 'shape-guestbook');
    await until(async () => expect(await get(ingressType, 'shape-guestbook', 'guestbook')).toBeDefined());
    await until(async () => expect((await find('guestbook'))?.['status']).toMatchObject({ health: { status: 'Progressing', message: 'Ingress guestbook: waiting for the address of the ingress' } }));
    // as the controller of Ingresses would
    await world.cluster.patchStatus(ingressType, { namespace: 'shape-guestbook', name: 'guestbook' }, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }, manager, signal);

    await untilStatus('guestbook', {
      ...said,
      sourceType: 'Directory',
      objects: [core('ConfigMap', 'guestbook'), core('Service', 'guestbook'), deployment('guestbook', 'registry.example/guestbook-schema:3', web), { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', name: 'guestbook' }],
      // one of its links is a program, and stands nowhere
      externalURLs: ['http://guestbook.example/', 'https://docs.example/guestbook'],
    });
    // the API server applies: no copy of the manifest is left in an annotation
    expect((await get(configMapType, 'shape-guestbook', 'guestbook'))?.metadata.annotations).toEqual({ 'argocd.argoproj.io/tracking-id': 'guestbook:/ConfigMap:shape-guestbook/guestbook' });
  });

  it('a guestbook of a Helm chart, with values of files, a text and parameters', async () => {
    const helm = { releaseName: 'charted', valueFiles: ['values-production.yaml'], values: 'greeting: hello\n', parameters: [{ name: 'replicas', value: '2' }] };
    const said = await declare('helm-guestbook', { path: 'helm-guestbook', helm }, 'shape-helm');

    await untilStatus('helm-guestbook', { ...said, sourceType: 'Helm', objects: [core('ConfigMap', 'charted'), deployment('charted', web)] });
    expect((await get(configMapType, 'shape-helm', 'charted'))?.['data']).toEqual({ greeting: 'hello' });
    expect((await get(deploymentType, 'shape-helm', 'charted'))?.['spec']).toMatchObject({ replicas: 2 });
  });

  it('a guestbook of a kustomization, with a prefix and another image', async () => {
    const said = await declare('kustomize-guestbook', { path: 'kustomize-guestbook' }, 'shape-kustomize');

    await untilStatus('kustomize-guestbook', { ...said, sourceType: 'Kustomize', objects: [core('Service', 'kustomize-guestbook'), deployment('kustomize-guestbook', web)] });
  });

  it('what comes before and after a sync', async () => {
    const said = await declare('pre-post-sync', { path: 'pre-post-sync' }, 'shape-hooks');

    await untilStatus('pre-post-sync', {
      ...said,
      sourceType: 'Directory',
      objects: [job('before', 'PreSync', 'registry.example/guestbook-schema:3'), deployment('web', web), job('after', 'PostSync', 'registry.example/ask:1')],
    });
    // the hook for a sync that fails did not run, and the last one went when it was done
    expect(written('shape-hooks')).toEqual(['patch namespaces shape-hooks', 'patch jobs before', 'patch deployments web', 'patch jobs after', 'delete jobs after']);
  });

  it('waves, one of them a hook', async () => {
    const said = await declare('sync-waves', { path: 'sync-waves' }, 'shape-waves');

    await untilStatus('sync-waves', {
      ...said,
      sourceType: 'Directory',
      objects: [{ ...core('ConfigMap', 'first'), wave: -1 }, deployment('backend', 'registry.example/backend:2'), { ...job('between', 'Sync', 'registry.example/ask:1'), wave: 1 }, { ...core('ConfigMap', 'last'), wave: 2 }],
    });
    expect(written('shape-waves')).toEqual(['patch namespaces shape-waves', 'patch configmaps first', 'patch deployments backend', 'patch jobs between', 'patch configmaps last']);
  });

  it('an app of apps, whose children deploy, go with their objects when they leave Git, and all go with it', async () => {
    const finalizers = ['resources-finalizer.argocd.argoproj.io'];
    const helm = { parameters: [{ name: 'repoURL', value: remote.url }] };
    const said = await declare('apps', { path: 'apps', helm }, 'argocd', finalizers);
    const child = (name: string): ShapeObject => ({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', name });

    await untilStatus('apps', { ...said, sourceType: 'Helm', objects: [child('child-charted'), child('child-plain')] });
    await untilStatus('child-charted', {
      ...{ source: { repoURL: remote.url, targetRevision: 'main', path: 'helm-guestbook' }, destination: { namespace: 'shape-child-charted', server }, syncOptions, sourceType: 'Helm' },
      objects: [core('ConfigMap', 'child-charted'), deployment('child-charted', web)],
    });
    await until(async () => expect(await get(deploymentType, 'shape-child-plain', 'guestbook')).toBeDefined());

    await remote.write('apps/values.yaml', 'repoURL: ""\nchildren: [charted]\n');
    await remote.push('one child less');
    await until(async () => expect(await find('child-plain')).toBeUndefined());
    expect(await get(deploymentType, 'shape-child-plain', 'guestbook')).toBeUndefined();
    expect(await get(configMapType, 'shape-child-plain', 'guestbook')).toBeUndefined();
    expect(await get(deploymentType, 'shape-child-charted', 'child-charted')).toBeDefined();

    await world.cluster.delete(applicationType, { namespace: 'argocd', name: 'apps' }, { propagation: 'Background' }, signal);
    await until(async () => expect([await find('apps'), await find('child-charted')]).toEqual([undefined, undefined]));
    expect(await get(deploymentType, 'shape-child-charted', 'child-charted')).toBeUndefined();
  });
});
