import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { applicationType, configMapType, deploymentType, externalSecretType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { applicationNamespace, manifests, setApplicationStage } from '../support/application-stage.ts';
import type { World } from '../support/secret-stage.ts';

const { signal } = new AbortController();

/** How what is in is kept as Git says, and let go, whatever the cluster is made of. */
export function describeApplicationUpkeep(name: string, open: () => Promise<World>): void {
  describe(`the Git half keeps what is in ${name}`, { timeout: 60_000 }, () => {
    const stage = setApplicationStage('keep', open);
    const testnet = { 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database'), 'node.yaml': manifests.deployment('node', 'database') };
    const notManual = { automated: { prune: true, selfHeal: true } };

    const applied = (): readonly string[] => stage.recorded.writesIn(stage.namespace).filter((write) => !write.startsWith('patchStatus'));
    const conditions = async (): Promise<readonly string[]> => ((await stage.status()).conditions ?? []).map(({ type, message }) => `${type}: ${message}`);
    const message = async (): Promise<string> => (await stage.status()).operationState?.message ?? '';
    const valueOf = async (config: string): Promise<unknown> => (await stage.get(configMapType, config))?.['data'];
    const makeDestination = (): Promise<KubeObject> => stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });

    test('what is deleted or edited by hand is put back', async () => {
      const commit = await stage.push({ ...testnet, 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);

      await stage.remove(deploymentType, 'node');
      await stage.until(async () => expect(await stage.get(deploymentType, 'node')).toBeDefined());
      await stage.edit(deploymentType, { namespace: stage.namespace, name: 'node' }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { app: 'other' } } }));
      await stage.until(async () => expect((await stage.get(deploymentType, 'node'))?.metadata.labels).toMatchObject({ app: 'node' }));
      await stage.edit(configMapType, { namespace: stage.namespace, name: 'settings' }, (object) => ({ ...object, data: { value: 'theirs' } }));
      await stage.until(async () => expect(await valueOf('settings')).toEqual({ value: 'one' }));
      expect(stage.running.events.filter(({ note }) => note.reason === 'Healed').length).toBeGreaterThanOrEqual(3);
      expect((await stage.status()).history).toHaveLength(1);
    });

    test('a workload is healed while the provider is down, and while a newer commit waits for its Secrets', async () => {
      const commit = await stage.push(testnet);
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);
      const relabel = (): Promise<void> => stage.edit(deploymentType, { namespace: stage.namespace, name: 'node' }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { app: 'other' } } }));
      const untilHealed = (): Promise<void> => stage.until(async () => expect((await stage.get(deploymentType, 'node'))?.metadata.labels).toMatchObject({ app: 'node' }));

      stage.secrets.remote['prod/db'] = new ProviderError('unavailable', 'the provider is down');
      await stage.forceSync('database', '1');
      await stage.until(async () => expect((await stage.status()).health?.status).toBe('Degraded'));
      await relabel();
      await untilHealed();

      const next = await stage.push({ 'node.yaml': manifests.deployment('node', 'second'), 'second.yaml': manifests.secret('second') });
      await stage.until(async () => expect(await message()).toMatch(/^waiting for .*second/));
      await relabel();
      await untilHealed();
      expect(JSON.stringify(await stage.get(deploymentType, 'node'))).not.toContain('second');

      await stage.stop();
      await relabel();
      await stage.start({ remote: {} });
      await untilHealed();

      stage.secrets.remote['prod/db'] = 'hunter2';
      for (const name of ['database', 'second']) {
        await stage.forceSync(name, '2');
      }
      await stage.untilSynced(next);
      expect(JSON.stringify(await stage.get(deploymentType, 'node'))).toContain('second');
    });

    test('what Argo CD has brought in is healed while the provider is down, after a dry run that was asked for, too', async () => {
      const commit = await stage.push({ ...testnet, 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);
      await stage.stop();
      // Argo CD notes nothing down of what was awaited
      await stage.recorded.patchStatus(applicationType, { namespace: applicationNamespace, name: stage.namespace }, { operationState: { operation: { info: null } } }, { fieldManager: 'test' }, signal);
      await stage.start({ remote: { 'prod/db': new ProviderError('unavailable', 'the provider is down') } });
      const untilHealed = async (): Promise<void> => {
        await stage.forceSync('database', String(stage.running.progress.length));
        await stage.until(async () => expect((await stage.status()).health?.status).toBe('Degraded'));
        await stage.edit(configMapType, { namespace: stage.namespace, name: 'settings' }, (object) => ({ ...object, data: { value: 'theirs' } }));
        await stage.until(async () => expect(await valueOf('settings')).toEqual({ value: 'one' }));
      };

      await untilHealed();
      await stage.editApplication((object) => ({ ...object, operation: { sync: { dryRun: true } } }));
      await stage.until(async () => expect(await message()).toBe('successfully synced (dry run)'));
      await untilHealed();
    });

    test('drift is only reported where selfHeal is off', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare({ syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } });
      await stage.start();
      await stage.untilSynced(commit);

      await stage.edit(configMapType, { namespace: stage.namespace, name: 'settings' }, (object) => ({ ...object, data: { value: 'theirs' } }));
      await stage.until(async () => expect((await stage.status()).sync?.status).toBe('OutOfSync'));
      await stage.pause(300);
      expect(await valueOf('settings')).toEqual({ value: 'theirs' });
    });

    test('what is removed from Git is pruned, workloads before secrets', async () => {
      const first = await stage.push({ ...testnet, 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(first);

      const commit = await stage.push({ 'node.yaml': undefined, 'secret.yaml': undefined });
      await stage.untilSynced(commit);
      expect(await stage.get(externalSecretType, 'database')).toBeUndefined();
      expect(applied().filter((write) => write.startsWith('delete'))).toEqual(['delete deployments', 'delete externalsecrets']);
      expect((await stage.status()).resources?.map(({ kind }) => kind)).toEqual(['SecretStore', 'ConfigMap']);
    });

    test('an empty folder prunes nothing, unless allowEmpty says so', async () => {
      const first = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(first);

      await stage.push({ 'config.yaml': undefined, 'readme.md': 'moved' });
      await stage.until(async () => expect(await conditions()).toEqual([expect.stringContaining('an empty directory is more often a mistake')]));
      expect(await valueOf('settings')).toEqual({ value: 'one' });
      expect((await stage.status()).resources).toMatchObject([{ kind: 'ConfigMap', status: 'OutOfSync', requiresPruning: true }]);

      await stage.editApplication((object) => ({ ...object, spec: { ...Object(object['spec']), syncPolicy: { automated: { prune: true, allowEmpty: true } } } }));
      await stage.until(async () => expect(await stage.get(configMapType, 'settings')).toBeUndefined());
      await stage.until(async () => expect(await conditions()).toEqual([]));
    });

    test('prune off, Prune=false and a missing inventory each keep what is there, and say so', async () => {
      const first = await stage.push({ 'a.yaml': manifests.config('a'), 'b.yaml': manifests.config('b'), 'keep.yaml': manifests.config('keep') });
      await stage.declare({ syncPolicy: { automated: { selfHeal: true }, syncOptions: ['CreateNamespace=true'] } });
      await stage.start();
      await stage.untilSynced(first);

      const second = await stage.push({ 'a.yaml': undefined });
      await stage.until(async () => expect((await stage.status()).resources?.find((resource) => resource.name === 'a')).toMatchObject({ requiresPruning: true, status: 'OutOfSync' }));
      expect((await stage.status()).operationState?.syncResult).toMatchObject({ revision: second });
      expect(await valueOf('a')).toEqual({ value: 'one' });

      await stage.edit(configMapType, { namespace: stage.namespace, name: 'a' }, (object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'argocd.argoproj.io/sync-options': 'Prune=false' } } }));
      await stage.editApplication((object) => ({ ...object, spec: { ...Object(object['spec']), syncPolicy: { ...notManual } } }));
      const third = await stage.push({ 'keep.yaml': manifests.config('keep', 'two') });
      await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: third } }));
      expect((await stage.status()).operationState?.syncResult?.resources?.find((resource) => resource.name === 'a')).toMatchObject({ status: 'PruneSkipped', message: expect.stringContaining('Prune=false') });

      await stage.stop();
      await stage.editApplication((object) => {
        const { resources: _lost, ...status } = Object(object['status']);
        return { ...object, status };
      });
      await stage.push({ 'b.yaml': undefined });
      await stage.start();
      await stage.until(async () => expect(await conditions()).toEqual([expect.stringContaining('status.resources is missing')]));
      expect(await valueOf('b')).toEqual({ value: 'one' });
    });

    test('an object that another has taken over is not pruned', async () => {
      const first = await stage.push({ 'a.yaml': manifests.config('a'), 'b.yaml': manifests.config('b') });
      await stage.declare({ syncPolicy: { automated: { prune: true }, syncOptions: ['CreateNamespace=true'] } });
      await stage.start();
      await stage.untilSynced(first);

      await stage.edit(configMapType, { namespace: stage.namespace, name: 'a' }, ({ metadata: { annotations: _gone, ...metadata }, ...object }) => ({ ...object, metadata }));
      const commit = await stage.push({ 'a.yaml': undefined });
      await stage.untilSynced(commit);
      expect(await valueOf('a')).toEqual({ value: 'one' });
    });

    test('an object of another Application is refused, until that Application is gone', async () => {
      await makeDestination();
      const tracked = { 'argocd.argoproj.io/tracking-id': `other:/ConfigMap:${stage.namespace}/settings` };
      await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name: 'settings', annotations: tracked }, data: { value: 'theirs' } });
      const other = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: applicationNamespace, name: 'other' }, spec: { project: 'default', source: { repoURL: stage.remote.url, path: 'none' }, destination: { name: 'in-cluster', namespace: 'elsewhere' } } };
      await stage.createApplication(other);
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();

      await stage.until(async () => expect(await conditions()).toEqual(expect.arrayContaining([expect.stringMatching(/^SharedResourceWarning: ConfigMap settings: it belongs to Application other/)])));
      expect(await valueOf('settings')).toEqual({ value: 'theirs' });

      await stage.removeApplication('other');
      await stage.untilSynced(commit);
      expect(await valueOf('settings')).toEqual({ value: 'one' });
    });

    test('an unmanaged object is adopted, a Secret never', async () => {
      await makeDestination();
      await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name: 'settings' }, data: { value: 'theirs', more: 'kept' } });
      await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'token' }, data: { value: 'dGhlaXJz' } });
      await stage.push({ 'config.yaml': manifests.config('settings'), 'token.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: token }\n' });
      await stage.declare();
      await stage.start();
      await stage.until(async () => expect(await message()).toMatch(/Secret keep-\d+\/token already exists and no Application manages it/));
      expect((await stage.get(secretType, 'token'))?.['data']).toEqual({ value: 'dGhlaXJz' });

      const commit = await stage.push({ 'token.yaml': undefined });
      await stage.untilSynced(commit);
      expect(await valueOf('settings')).toEqual({ value: 'one', more: 'kept' });
      expect(await stage.get(secretType, 'token')).toBeDefined();
    });

    test('a namespace made by CreateNamespace carries managedNamespaceMetadata, and outlives its Application', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      const syncPolicy = { automated: { selfHeal: true }, syncOptions: ['CreateNamespace=true'], managedNamespaceMetadata: { labels: { team: 'testnets' } } };
      await stage.declare({ syncPolicy }, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
      await stage.start();
      await stage.untilSynced(commit);
      expect((await stage.get(namespaceType, stage.namespace))?.metadata.labels).toMatchObject({ team: 'testnets' });

      await stage.removeApplication(stage.namespace);
      await stage.until(async () => expect(await stage.get(configMapType, 'settings')).toBeUndefined());
      await stage.until(async () => expect(await stage.applications()).not.toContain(stage.namespace));
      expect(await stage.get(namespaceType, stage.namespace)).toBeDefined();
    });

    test('without the finalizer everything stays when the Application goes', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);

      await stage.removeApplication(stage.namespace);
      await stage.pause(500);
      expect(await valueOf('settings')).toEqual({ value: 'one' });
    });

    test('the last good commit serves on while Git is away or has nothing good', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);

      await stage.push({ 'broken.yaml': 'kind: [' });
      await stage.until(async () => expect(await conditions()).toEqual([expect.stringMatching(/^ComparisonError: .*manifests\/broken\.yaml/)]));
      await stage.remove(configMapType, 'settings');
      await stage.until(async () => expect(await valueOf('settings')).toEqual({ value: 'one' }));

      await stage.stop();
      await stage.start();
      await stage.remove(configMapType, 'settings');
      await stage.until(async () => expect(await valueOf('settings')).toEqual({ value: 'one' }));

      await stage.hideRemote();
      await stage.until(async () => expect(await conditions()).toEqual([expect.stringMatching(/^ComparisonError: /)]));
      await stage.remove(configMapType, 'settings');
      await stage.until(async () => expect(await valueOf('settings')).toEqual({ value: 'one' }));
    });

    test('a failed sync is tried again as the policy says, and the status tells when', async () => {
      await makeDestination();
      await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'token' }, data: {} });
      await stage.push({ 'token.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: token }\n' });
      await stage.declare();
      await stage.start();
      await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Running', retryCount: 1, message: expect.stringMatching(/Retrying attempt #1 at \d{4}-/) }));
      await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Failed', retryCount: 3 }));
      expect(await conditions()).toEqual([expect.stringContaining('already exists and no Application manages it')]);

      await stage.remove(secretType, 'token');
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.untilSynced(commit);
      expect((await stage.status()).operationState?.retryCount).toBeUndefined();
    });

    test('a refresh that is asked for is done, and the annotation removed', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);
      await stage.editApplication((object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'argocd.argoproj.io/refresh': 'hard' } } }));

      await stage.until(async () => expect((await stage.application()).metadata.annotations?.['argocd.argoproj.io/refresh']).toBeUndefined());
      expect((await stage.status()).operationState).toMatchObject({ phase: 'Succeeded' });
    });

    test('an Application that is deleted and whose spec is wrong says what to do; with a right one it goes', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare({}, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
      await stage.start();
      await stage.untilSynced(commit);
      const atPath = (path: string): Promise<void> => stage.editApplication((object) => ({ ...object, spec: { ...Object(object['spec']), source: { repoURL: stage.remote.url, path } } }));

      await atPath('../up');
      await stage.removeApplication(stage.namespace);
      await stage.until(async () => expect(await conditions()).toEqual(['DeletionError: the Application cannot be deleted because its spec is wrong: spec.source.path: must be relative to the root of the repository and must not hold "..". Correct the spec; or, to delete the Application and leave its objects, remove its finalizers (resources-finalizer.argocd.argoproj.io)']));
      expect(await valueOf('settings')).toEqual({ value: 'one' });

      await atPath('manifests');
      await stage.until(async () => expect(await stage.applications()).not.toContain(stage.namespace));
      expect(await stage.get(configMapType, 'settings')).toBeUndefined();
    });

    test('skip-reconcile is honoured, and an invalid Application is told what is wrong', async () => {
      await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare({}, { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } });
      await stage.start();
      await stage.pause(500);
      expect((await stage.application())['status']).toBeUndefined();

      await stage.editApplication((object) => ({ ...object, metadata: { ...object.metadata, annotations: {} }, spec: { ...Object(object['spec']), source: { repoURL: stage.remote.url, path: '../up' } } }));
      await stage.until(async () => expect(await conditions()).toEqual(['InvalidSpecError: spec.source.path: must be relative to the root of the repository and must not hold ".."']));
    });
  });
}
