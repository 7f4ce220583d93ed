import { describe, expect, it } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { KubeObject } from '../../api/object.ts';
import { parseApplicationStatus } from '../../api/application.ts';
import { applicationType, configMapType, serviceAccountType } from '../../kube/resource-types.ts';

const stage = setApplicationStage('depends', openLocalWorld);
const never = new AbortController().signal;
const name = (): string => `${stage.namespace}-base`;

/** The Application that others wait for: the folder `base` beside `manifests`, in the same namespace. */
function base(path = 'base', annotations: Readonly<Record<string, string>> = {}): KubeObject {
  const { namespace, remote } = stage;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { namespace: 'argocd', name: name(), annotations },
    spec: { project: 'default', source: { repoURL: remote.url, targetRevision: 'main', path }, destination: { server: 'https://kubernetes.default.svc', namespace }, syncPolicy: { automated: { selfHeal: true }, syncOptions: ['CreateNamespace=true'] } },
  };
}

async function pushBase(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) await stage.remote.write(`base/${file}`, text);
}

const dependOn = (list: string): Readonly<Record<string, unknown>> => ({ annotations: { 'prelude.dev/depends-on': list } });
const message = async (): Promise<string> => (await stage.status()).operationState?.message ?? '';
const untilTold = (text: string): Promise<void> => stage.until(async () => expect(await message()).toContain(text));
const statusOfBase = async () => parseApplicationStatus((await stage.recorded.get(applicationType, { namespace: 'argocd', name: name() }, never)) ?? base());

describe('an Application that depends on another', () => {
  it('is brought in once that is there, in and healthy, and spends no attempt on waiting', async () => {
    await pushBase({ 'base.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: base }\n' });
    const commit = await stage.push({ 'a.yaml': manifests.config('a') });
    await stage.declare({}, dependOn(`- ${name()}`));
    await stage.start();
    await untilTold(`waiting: Application argocd/${name()} does not exist`);
    expect(await stage.get(configMapType, 'a')).toBeUndefined();
    expect((await stage.status()).operationState).toMatchObject({ phase: 'Running' });
    expect((await stage.status()).operationState?.retryCount).toBeUndefined();

    await stage.createApplication(base());
    await stage.untilSynced(commit);
    const made = stage.recorded.calls.filter(({ verb, resource }) => verb === 'apply' && resource === 'configmaps').map(({ key }) => key);
    expect(made).toEqual([`${stage.namespace}/base`, `${stage.namespace}/a`]);
    expect((await statusOfBase()).sync?.status).toBe('Synced');
  });

  it('waits for the very commit of a branch that both follow, and keeps what is in meanwhile', async () => {
    await pushBase({ 'base.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: base }\n' });
    const first = await stage.push({ 'a.yaml': manifests.config('a') });
    await stage.createApplication(base());
    await stage.declare({}, dependOn(`[argocd/${name()}]`));
    await stage.start();
    await stage.untilSynced(first);

    await pushBase({ 'broken.yaml': '{' });
    const second = await stage.push({ 'b.yaml': manifests.config('b') });
    await untilTold(`waiting: Application argocd/${name()} is not at ${second.slice(0, 12)} yet`);
    expect(await stage.get(configMapType, 'b')).toBeUndefined();
    expect((await stage.status()).history?.at(-1)?.revision).toBe(first);

    await stage.remote.remove('base/broken.yaml');
    const third = await stage.push({ 'c.yaml': manifests.config('c') });
    await stage.untilSynced(third);
    expect(await stage.get(configMapType, 'b')).toBeDefined();
  });

  it('has what is in put back while it waits, accounts too', async () => {
    await pushBase({ 'base.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: base }\n' });
    const first = await stage.push({ 'a.yaml': manifests.config('a'), 'kept.yaml': manifests.config('kept'), 'account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: runner }\n' });
    await stage.createApplication(base());
    await stage.declare({}, dependOn(`[argocd/${name()}]`));
    await stage.start();
    await stage.untilSynced(first);
    await pushBase({ 'broken.yaml': '{' });
    const second = await stage.push({ 'b.yaml': manifests.config('b') });
    await untilTold(`waiting: Application argocd/${name()} is not at ${second.slice(0, 12)} yet`);

    for (const [type, object] of [[serviceAccountType, 'runner'], [configMapType, 'a']] as const) {
      await stage.remove(type, object);
      await stage.until(async () => expect(await stage.get(type, object)).toBeDefined());
    }
    expect(await stage.get(configMapType, 'b')).toBeUndefined();
  });

  it('waits where that has failed, and is told why', async () => {
    await pushBase({ 'base.yaml': 'apiVersion: nowhere.example/v1\nkind: Nothing\nmetadata: { name: base }\n' });
    await stage.push({ 'a.yaml': manifests.config('a') });
    await stage.createApplication(base());
    await stage.declare({}, dependOn(`[${name()}]`));
    await stage.start();
    await untilTold('Nothing (nowhere.example/v1) is not a kind');
    expect(await stage.get(configMapType, 'a')).toBeUndefined();
  });

  it('is told of a cycle, by its way, and goes on when that is broken', async () => {
    await pushBase({ 'base.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: base }\n' });
    const commit = await stage.push({ 'a.yaml': manifests.config('a') });
    await stage.createApplication(base('base', { 'prelude.dev/depends-on': `[${stage.namespace}]` }));
    await stage.declare({}, dependOn(`[${name()}]`));
    await stage.start();
    const way = `waits for itself: argocd/${stage.namespace} waits for argocd/${name()} waits for argocd/${stage.namespace}`;
    await stage.until(async () => expect((await stage.status()).conditions).toEqual([expect.objectContaining({ type: 'InvalidSpecError', message: expect.stringContaining(way) })]));
    expect([await stage.get(configMapType, 'a'), await stage.get(configMapType, 'base')]).toEqual([undefined, undefined]);

    await stage.edit(applicationType, { namespace: 'argocd', name: name() }, (object) => ({ ...object, metadata: { ...object.metadata, annotations: {} } }));
    await stage.untilSynced(commit);
    expect((await stage.status()).conditions ?? []).toEqual([]);
  });
});
