import { describe, expect, test } from 'vitest';
import { configMapType } from '../../src/kube/resource-types.ts';
import { applicationNamespace, manifests, setApplicationStage } from '../support/application-stage.ts';
import type { World } from '../support/secret-stage.ts';

/** What somebody asks of an Application beside its policy, whatever the cluster is made of. */
export function describeApplicationRequests(name: string, open: () => Promise<World>): void {
  describe(`the Git half does what it is asked for in ${name}`, { timeout: 60_000 }, () => {
    const stage = setApplicationStage('ask', open);
    const manual = { syncPolicy: { syncOptions: ['CreateNamespace=true'] } };
    const ask = (operation: unknown): Promise<void> => stage.editApplication((object) => ({ ...object, operation }));
    const phase = async (): Promise<string | undefined> => (await stage.status()).operationState?.phase;
    const job = (hook: string): string => `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${hook.toLowerCase()}, annotations: {argocd.argoproj.io/hook: ${hook}}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: job, image: 'job:1'}]}}}\n`;

    test('operation is taken, removed and put on record, and a whole sync is a deployment', async () => {
      const commit = await stage.push({ 'a.yaml': manifests.config('a'), 'node.yaml': job('PostSync') });
      await stage.declare(manual);
      await stage.start();
      await stage.until(async () => expect((await stage.status()).sync?.status).toBe('OutOfSync'));
      expect(await stage.get(configMapType, 'a')).toBeUndefined();

      await ask({ sync: { revision: commit, prune: true }, initiatedBy: { username: 'alice' }, info: [{ name: 'why', value: 'because' }] });
      await stage.untilSynced(commit);
      const status = await stage.status();
      expect((await stage.application())['operation']).toBeUndefined();
      expect(status.operationState).toMatchObject({ phase: 'Succeeded', operation: { sync: { revision: commit, prune: true }, initiatedBy: { username: 'alice' }, info: expect.arrayContaining([{ name: 'why', value: 'because' }]) } });
      expect(status.history).toMatchObject([{ revision: commit, initiatedBy: { username: 'alice' } }]);
      expect(status.operationState?.syncResult?.resources).toMatchObject([{ kind: 'ConfigMap' }, { kind: 'Job', hookType: 'PostSync', hookPhase: 'Succeeded', images: ['job:1'] }]);
      expect(status).toMatchObject({ sourceType: 'Directory', controllerNamespace: applicationNamespace });
    });

    test('a selective sync writes what it names, runs no hook, and leaves no history', async () => {
      await stage.push({ 'a.yaml': manifests.config('a'), 'b.yaml': manifests.config('b'), 'hook.yaml': job('PreSync') });
      await stage.declare(manual);
      await stage.start();
      await ask({ sync: { resources: [{ kind: 'ConfigMap', name: 'b' }] } });
      await stage.until(async () => expect(await phase()).toBe('Succeeded'));

      const status = await stage.status();
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => !write.startsWith('patchStatus'))).toEqual(['apply configmaps']);
      expect(status.history).toBeUndefined();
      expect(status.operationState?.syncResult?.resources?.map((resource) => resource.name)).toEqual(['b']);
      expect(status.resources?.map((resource) => `${resource.name} ${resource.status}`)).toEqual(['a OutOfSync', 'b Synced']);
    });

    test('a dry run writes nothing and says what it would do; inline manifests are refused by name', async () => {
      await stage.push({ 'a.yaml': manifests.config('a') });
      await stage.declare(manual);
      await stage.start();
      await stage.until(async () => expect((await stage.status()).sync?.status).toBe('OutOfSync'));
      await ask({ sync: { dryRun: true } });
      await stage.until(async () => expect((await stage.status()).operationState?.message).toBe('successfully synced (dry run)'));
      expect(await stage.get(configMapType, 'a')).toBeUndefined();

      await ask({ sync: { manifests: ['{}'] } });
      await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Error', message: expect.stringContaining('operation.sync.manifests: is not supported') }));
      expect((await stage.application())['operation']).toBeUndefined();
      expect((await stage.status()).history).toBeUndefined();
    });

    test('what asks for another source, for a revision that is none, or for one that is not to be had is refused, and nothing is written', async () => {
      await stage.push({ 'a.yaml': manifests.config('a') });
      await stage.declare(manual);
      await stage.start();
      await stage.until(async () => expect((await stage.status()).sync?.status).toBe('OutOfSync'));
      const absent = 'a'.repeat(40);
      const refusals: readonly (readonly [object, string])[] = [
        [{ source: { repoURL: 'https://elsewhere.example/a', path: 'manifests' } }, 'operation.sync.source: another source than the Application has is not supported; change spec.source'],
        [{ revision: 'other-branch' }, 'sync.revision must be a commit, by all its digits, or what the Application follows'],
        [{ revision: absent }, `revision ${absent} is not to be had from the sources, or its plan is refused`],
      ];
      for (const [sync, message] of refusals) {
        await ask({ sync });
        await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Error', message }));
        await stage.until(async () => expect((await stage.application())['operation']).toBeUndefined());
      }
      expect(await stage.get(configMapType, 'a')).toBeUndefined();
      expect((await stage.status()).history).toBeUndefined();
    });

    test('a request on record that cannot be read is not gone on with: it may have been about a part, or a dry run', async () => {
      await stage.push({ 'a.yaml': manifests.config('a') });
      await stage.declare(manual);
      const info = [{ name: 'request', value: '0' }];
      const operationState = { operation: { sync: { dryRun: 'perhaps' }, info }, phase: 'Running', message: 'started', startedAt: '2026-01-01T00:00:00Z', syncResult: { revision: '' } };
      await stage.editApplication((object) => ({ ...object, status: { operationState } }));
      await stage.start();

      await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ phase: 'Error', message: expect.stringContaining('cannot be read, so it is not gone on with') }));
      expect(await stage.get(configMapType, 'a')).toBeUndefined();
    });

    test('a suspended Application is compared and neither synced nor healed, until it is asked for', async () => {
      const commit = await stage.push({ 'a.yaml': manifests.config('a') });
      await stage.declare({}, { annotations: { 'prelude.dev/suspend': 'true' } });
      await stage.start();
      await stage.until(async () => expect((await stage.status()).sync?.status).toBe('OutOfSync'));
      // where nothing runs, nothing is missing either
      expect(['Suspended', 'Missing']).toContain((await stage.status()).health?.status);
      expect(await stage.get(configMapType, 'a')).toBeUndefined();

      await ask({ sync: {} });
      await stage.untilSynced(commit);
      await stage.until(async () => expect((await stage.status()).health?.status).toBe('Suspended'));
      await stage.remove(configMapType, 'a');
      await stage.until(async () => expect((await stage.status()).sync?.status).toBe('OutOfSync'));
      expect(await stage.get(configMapType, 'a')).toBeUndefined();

      await stage.editApplication((object) => ({ ...object, metadata: { ...object.metadata, annotations: {} } }));
      await stage.until(async () => expect(await stage.get(configMapType, 'a')).toBeDefined());
    });

    test('hooks of a deletion hold the Application until they have run, before and after', async () => {
      const commit = await stage.push({ 'a.yaml': manifests.config('a'), 'before.yaml': job('PreDelete'), 'after.yaml': job('PostDelete') });
      await stage.declare({}, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
      await stage.start();
      await stage.untilSynced(commit);
      await stage.until(async () => expect((await stage.application()).metadata.finalizers).toHaveLength(3));
      const before = stage.recorded.writesIn(stage.namespace).length;

      await stage.removeApplication((await stage.application()).metadata.name);
      await stage.until(async () => expect(await stage.applications()).not.toContain(stage.namespace));
      expect(stage.recorded.writesIn(stage.namespace).slice(before).filter((write) => !write.startsWith('patchStatus'))).toEqual(['apply jobs', 'delete jobs', 'delete configmaps', 'apply jobs', 'delete jobs']);
    });

    test('several sources stand in the status as Argo CD writes them', async () => {
      const commit = await stage.push({ 'a.yaml': manifests.config('a') });
      const sources = [{ repoURL: stage.remote.url, path: 'manifests' }, { repoURL: stage.remote.url, path: 'manifests' }];
      await stage.declare({ source: undefined, sources });
      await stage.start();
      await stage.until(async () => expect(await phase()).toBe('Succeeded'));

      const wire = (await stage.application())['status'];
      expect(wire).toMatchObject({
        sync: { revisions: [commit, commit], comparedTo: { sources } },
        operationState: { syncResult: { revision: '', revisions: [commit, commit], sources } },
        history: [{ revisions: [commit, commit], sources }],
        conditions: [{ type: 'RepeatedResourceWarning' }],
        sourceTypes: ['Directory', 'Directory'],
      });
      expect(JSON.stringify(wire)).not.toContain(`${commit},${commit}`);
    });
  });
}
