import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { configMapType, deploymentType, externalSecretType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { evidenceLog } from '../../src/gitops/history/evidence.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { applicationNamespace, manifests, setApplicationStage } from '../support/application-stage.ts';
import type { World } from '../support/secret-stage.ts';

/** How commits come into a cluster, whatever the cluster is made of. */
export function describeApplicationSync(name: string, open: () => Promise<World>): void {
  describe(`the Git half brings commits in ${name}`, { timeout: 60_000 }, () => {
    const stage = setApplicationStage('sync', open);
    const testnet = { 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database'), 'node.yaml': manifests.deployment('node', 'database') };

    const applied = (): readonly string[] => stage.recorded.writesIn(stage.namespace).filter((write) => !write.startsWith('patchStatus'));
    const conditions = async (): Promise<readonly string[]> => ((await stage.status()).conditions ?? []).map(({ type, message }) => `${type}: ${message}`);
    const message = async (): Promise<string> => (await stage.status()).operationState?.message ?? '';
    const valueOf = async (config: string): Promise<unknown> => (await stage.get(configMapType, config))?.['data'];
    const makeDestination = (): Promise<KubeObject> => stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });

    test('a commit is brought in: namespace, store, secrets, and only then the workloads', async () => {
      const commit = await stage.push(testnet);
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);

      expect(applied()).toEqual(['apply secretstores', 'apply externalsecrets', 'create secrets', 'apply deployments']);
      expect((await stage.get(deploymentType, 'node'))?.metadata.annotations).toMatchObject({ 'argocd.argoproj.io/tracking-id': `${stage.namespace}:apps/Deployment:${stage.namespace}/node` });
      expect((await stage.get(namespaceType, stage.namespace))?.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBeUndefined();
      const status = await stage.status();
      expect(status.history).toMatchObject([{ id: 0, revision: commit, initiatedBy: { automated: true } }]);
      expect(status.resources?.map(({ kind, status: code }) => `${kind} ${code}`)).toEqual(['SecretStore Synced', 'ExternalSecret Synced', 'Deployment Synced']);
      expect(stage.running.events.map(({ note }) => `${note.reason}: ${note.message}`)).toEqual([`SecretsReady: every Secret that revision ${commit} needs is there and current`, `OperationCompleted: synced to ${commit}`]);
    });

    test('a restart finds nothing to write, neither object nor status', async () => {
      const commit = await stage.push(testnet);
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);
      const versions = async (): Promise<unknown[]> => [await stage.application(), await stage.get(deploymentType, 'node'), await stage.get(externalSecretType, 'database')].map((object) => object?.metadata.resourceVersion);
      // the deployment may still be rolled out by its controller
      await stage.pause(1_500);
      await stage.stop();
      const before = await versions();

      await stage.start();
      await stage.pause(1_500);

      expect(await versions()).toEqual(before);
      expect((await stage.status()).history).toHaveLength(1);
    });

    test('a pass over a cluster that is as Git says reads the namespace and nothing else', async () => {
      const commit = await stage.push({ ...testnet, 'config.yaml': manifests.config('settings') });
      await stage.declare();
      await stage.start();
      await stage.untilSynced(commit);
      await stage.pause(1_000);
      const before = stage.recorded.calls.length;

      await stage.editApplication((object) => ({ ...object, metadata: { ...object.metadata, annotations: { look: 'again' } } }));
      await stage.pause(700);

      const calls = stage.recorded.calls.slice(before).map(({ verb, resource }) => `${verb} ${resource}`);
      expect(new Set(calls)).toEqual(new Set(['get namespaces']));
    });

    test('workloads wait for their Secrets, and say what for; no retry is spent', async () => {
      const commit = await stage.push(testnet);
      await stage.declare();
      await stage.start({ remote: { 'prod/db': new ProviderError('denied', 'not allowed to read prod/db') } });
      await stage.until(async () => expect(await message()).toMatch(/^waiting for ExternalSecret sync-\d+\/database: .*not allowed to read prod\/db/));
      await stage.pause(300);

      expect(applied()).toEqual(['apply secretstores', 'apply externalsecrets']);
      const waiting = (await stage.status()).operationState;
      expect(waiting).toMatchObject({ phase: 'Running' });
      expect(waiting?.retryCount).toBeUndefined();

      stage.secrets.remote['prod/db'] = 'hunter2';
      await stage.forceSync('database', '1');
      await stage.untilSynced(commit);
      expect(applied().indexOf('create secrets')).toBeLessThan(applied().indexOf('apply deployments'));
    });

    test('each revision in the history has its evidence: which Secrets it waited for, who made them, and in which version they were current', async () => {
      const hand = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'handmade' }, data: { password: 'aHVudGVyMg==' } };
      await makeDestination();
      await stage.create(secretType, hand);
      await stage.push({ ...testnet, 'extra.yaml': manifests.deployment('extra', 'handmade') });
      await stage.declare({}, { annotations: { 'prelude.dev/assume-secrets': 'handmade' } });
      await stage.start();
      await stage.until(async () => expect((await stage.status()).operationState?.phase).toBe('Succeeded'));
      const next = await stage.push({ 'extra.yaml': undefined });
      await stage.untilSynced(next);

      const versionOf = async (secret: string): Promise<string | undefined> => (await stage.get(secretType, secret))?.metadata.resourceVersion;
      const database = { secret: `${stage.namespace}/database`, by: `ExternalSecret ${stage.namespace}/database`, resourceVersion: await versionOf('database') };
      const handmade = { secret: `${stage.namespace}/handmade`, resourceVersion: await versionOf('handmade') };
      const { history = [], ...status } = await stage.status();
      const log = evidenceLog(status);
      expect([...log.keys()]).toEqual([0, 1]);
      expect([0, 1].map((id) => log.get(id)?.secrets)).toEqual([[database, handmade], [database]]);
      // RFC 3339 in UTC, to the second: the texts compare as the times do
      const inOrder = history.map(({ id, deployStartedAt = '', deployedAt }) => deployStartedAt <= (log.get(id)?.openedAt ?? '') && (log.get(id)?.openedAt ?? 'z') <= deployedAt);
      expect(inOrder).toEqual([true, true]);

      await stage.editApplication((object) => ({ ...object, operation: { sync: {}, info: [{ name: 'prelude.dev/evidence', value: '{"opened":{"0":"forged"},"secrets":{}}' }] } }));
      await stage.until(async () => expect((await stage.status()).history?.map(({ id }) => id)).toEqual([0, 1, 2]));
      expect([...evidenceLog(await stage.status())].map(([id, { secrets }]) => [id, secrets])).toEqual([[0, [database, handmade]], [1, [database]], [2, [database]]]);
      expect(JSON.stringify(await stage.application())).not.toMatch(/hunter2|aHVudGVyMg/);
    });

    test('a declaration that nothing needs degrades health and holds nothing up, unless the Application says so', async () => {
      const files = { ...testnet, 'unused.yaml': manifests.secret('unused', 'prod/unused') };
      const commit = await stage.push(files);
      await stage.declare();
      await stage.start({ remote: { 'prod/db': 'hunter2' } });
      await stage.untilSynced(commit);
      await stage.until(async () => expect((await stage.status()).health).toMatchObject({ status: 'Degraded', message: expect.stringMatching(/^ExternalSecret unused: /) }));

      await stage.editApplication((object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'prelude.dev/gate': 'all' } } }));
      const next = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.until(async () => expect(await message()).toMatch(/^waiting for ExternalSecret sync-\d+\/unused: /));
      expect(await stage.get(configMapType, 'settings')).toBeUndefined();

      stage.secrets.remote['prod/unused'] = 'now';
      await stage.forceSync('unused', '1');
      await stage.untilSynced(next);
    });

    test('a Secret made by hand is awaited, and its coming is noticed at once', async () => {
      const commit = await stage.push({ 'node.yaml': manifests.deployment('node', 'handmade') });
      await stage.declare({}, { annotations: { 'prelude.dev/assume-secrets': 'handmade' } });
      await stage.start();
      await stage.until(async () => expect(await message()).toContain(`Secret ${stage.namespace}/handmade does not exist`));

      const since = Date.now();
      await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'handmade' }, data: { password: '' } });
      await stage.untilSynced(commit);
      expect(Date.now() - since).toBeLessThan(5_000);
    });

    test('a Secret that another Application declares is awaited, once that Application is there', async () => {
      await stage.remote.write('others/store.yaml', manifests.store);
      await stage.remote.write('others/secret.yaml', manifests.secret('database'));
      const commit = await stage.push({ 'node.yaml': manifests.deployment('node', 'database') });
      await stage.declare();
      await stage.start();
      await stage.until(async () => expect(await conditions()).toEqual([expect.stringMatching(/nothing in Git makes Secret sync-\d+\/database/)]));
      expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();

      const { metadata, spec } = await stage.application();
      await stage.createApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: applicationNamespace, name: `${metadata.name}-others` }, spec: { ...Object(spec), source: { repoURL: stage.remote.url, path: 'others' } } });
      await stage.untilSynced(commit);
      expect(applied().indexOf('create secrets')).toBeLessThan(applied().indexOf('apply deployments'));
    });

    test('a newer commit takes over from one that waits', async () => {
      await stage.push(testnet);
      await stage.declare();
      await stage.start({ remote: {} });
      await stage.until(async () => expect(await message()).toMatch(/^waiting for/));

      const commit = await stage.push({ 'node.yaml': undefined, 'config.yaml': manifests.config('settings') });
      await stage.untilSynced(commit);
      expect(await stage.get(deploymentType, 'node')).toBeUndefined();
      expect(await valueOf('settings')).toEqual({ value: 'one' });
    });

    test('a commit that changes nothing of an Application begins no operation: its status names it, in one write, after a restart, too', async () => {
      const first = await stage.push(testnet);
      await stage.declare();
      await stage.start();
      await stage.untilSynced(first);
      // the deployment may still be rolled out by its controller
      await stage.pause(1_000);
      const { operationState, history } = await stage.status();
      const [told, before] = [stage.running.events.length, stage.recorded.calls.length];

      await stage.remote.write('README.md', 'about something else');
      const second = await stage.remote.push('docs');
      await stage.until(async () => expect((await stage.status()).sync).toMatchObject({ status: 'Synced', revision: second }));
      await stage.pause(700);

      expect(stage.recorded.calls.slice(before).filter(({ verb }) => verb !== 'get').map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['patchStatus applications']);
      expect(stage.running.events).toHaveLength(told);
      expect(await stage.status()).toMatchObject({ operationState, history });

      await stage.stop();
      await stage.start();
      await stage.pause(1_000);
      expect(stage.recorded.calls.filter(({ verb, resource }) => verb === 'patchStatus' && resource === 'applications')).toEqual([]);

      const third = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.untilSynced(third);
      expect((await stage.status()).history?.map(({ revision }) => revision)).toEqual([first, third]);
    });

    test('a key that nothing provides is refused before the namespace is touched', async () => {
      await stage.push({ ...testnet, 'node.yaml': manifests.deployment('node', 'database', 'pasword') });
      await stage.declare();
      await stage.start();

      await stage.until(async () => expect(await conditions()).toEqual([expect.stringMatching(/^ComparisonError: revision \w{40} is refused: manifests\/node\.yaml:\d+: .*pasword/)]));
      expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();
      expect(applied()).toEqual([]);
      expect((await stage.status()).sync?.status).toBe('Unknown');

      const commit = await stage.push(testnet);
      await stage.untilSynced(commit);
      expect(await conditions()).toEqual([]);
    });

    test('a kind that the cluster does not serve is named with its file, before anything is touched', async () => {
      await stage.push({ 'widget.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: one }\n' });
      await stage.declare();
      await stage.start();

      await stage.until(async () => expect(await message()).toMatch(/manifests\/widget\.yaml:1: Widget \(example\.com\/v1\) is not a kind that .* serves/));
      expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();
    });

    test('an Application without a sync policy is compared, and brought in when it is asked for', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare({ syncPolicy: { syncOptions: ['CreateNamespace=true'] } });
      await stage.start();
      await stage.until(async () => expect((await stage.status()).sync).toMatchObject({ status: 'OutOfSync', revision: commit }));
      expect(await stage.get(namespaceType, stage.namespace)).toBeUndefined();
      await stage.stop();

      await stage.start({ syncOnce: true });
      await stage.untilSynced(commit);
      expect((await stage.status()).history).toMatchObject([{ initiatedBy: { username: 'prelude' } }]);
    });

    test('a namespace that is not there is asked for, and used once it is', async () => {
      const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
      await stage.declare({ syncPolicy: { automated: {}, retry: { limit: 5, backoff: { duration: '1s', factor: 1 } } } });
      await stage.start();
      await stage.until(async () => expect(await message()).toContain(`namespace ${stage.namespace} does not exist; add CreateNamespace=true`));

      await makeDestination();
      await stage.editApplication((object) => ({ ...object, spec: { ...Object(object['spec']), source: { repoURL: stage.remote.url, targetRevision: commit, path: 'manifests' } } }));
      await stage.untilSynced(commit);
    });
  });
}
