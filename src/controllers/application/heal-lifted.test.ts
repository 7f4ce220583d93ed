import { describe, expect, test } from 'vitest';
import { applicationNamespace, manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { isDown } from '../../../test/support/gate-stage.ts';
import { chartOf, maker, makerFiles as files, userFile as user } from '../../../test/support/lifted-maker.ts';
import { openSlowWorld } from '../../../test/support/slow-world.ts';
import { configMapType, deploymentType, namespaceType } from '../../kube/resource-types.ts';

const more = { 'more.yaml': manifests.secret('more', 'prod/more'), 'bot.yaml': manifests.deployment('bot', 'more') };

describe('what a newer revision has written early, while it waits,', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('early', openSlowWorld);
  const written = async (): Promise<unknown> => {
    const live = await stage.get(deploymentType, 'maker');
    return live === undefined ? undefined : [/registry.example\/(node:\d)/.exec(JSON.stringify(live))?.[1], live.metadata.generation];
  };
  const untilWaiting = (what: RegExp): Promise<void> => stage.until(async () => expect((await stage.status()).operationState?.message ?? '').toMatch(what));
  const untilSucceeded = (): Promise<void> => stage.until(async () => expect((await stage.status()).operationState?.phase).toBe('Succeeded'));
  const start = (): Promise<void> => stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b', 'prod/three': isDown } });
  const declareAlone = async (): Promise<void> => {
    await stage.push(files);
    await stage.declare();
  };
  /** Brings in what has the maker in its waves, then one that has it early, with another image, and waits for `more`. */
  const bringBoth = async (declare = declareAlone): Promise<void> => {
    await declare();
    await start();
    await untilSucceeded();
    await stage.push({ ...user, ...more, 'maker.yaml': maker('node:2') });
    await untilWaiting(/^waiting for .*more/);
    await stage.pause(300);
    expect(await written()).toEqual(['node:2', 2]);
  };
  /** Another Application that the stage's depends on. */
  const dependOnOther = async (): Promise<void> => {
    const name = `${stage.namespace}-base`;
    await stage.remote.write('base/base.yaml', manifests.config('base'));
    // a chart of which nothing is left would be brought in anew
    await stage.push({ ...files, 'app.yaml': manifests.config('app') });
    await stage.createApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: applicationNamespace, name }, spec: { project: 'default', source: { repoURL: stage.remote.url, targetRevision: 'main', path: 'base' }, destination: { server: 'https://kubernetes.default.svc', namespace: stage.namespace }, syncPolicy: { automated: { selfHeal: true }, syncOptions: ['CreateNamespace=true'] } } });
    await stage.declare({}, { annotations: { 'prelude.dev/depends-on': `[${applicationNamespace}/${name}]` } });
  };

  test('is not written over while a third one awaits what it reads', async () => {
    await bringBoth();
    await stage.push({ 'secret.yaml': manifests.secret('database', 'prod/three') });
    await untilWaiting(/^waiting for .*database/);
    await stage.pause(1_000);
    expect(await written()).toEqual(['node:2', 2]);
  });

  test('is not written over after a restart, though what it reads has failed since', async () => {
    await bringBoth();
    await stage.stop();
    await stage.start({ remote: { 'prod/one': isDown } });
    await stage.forceSync('database', '1');
    await untilWaiting(/^waiting for .*database/);
    await stage.pause(1_000);
    expect(await written()).toEqual(['node:2', 2]);
  });

  test('is not written over while a request about another part of it waits', async () => {
    await bringBoth();
    await stage.editApplication((object) => ({ ...object, operation: { sync: { resources: [{ group: 'external-secrets.io', kind: 'ExternalSecret', name: 'more' }, { group: 'apps', kind: 'Deployment', name: 'bot' }] } } }));
    await stage.until(async () => expect(JSON.stringify((await stage.status()).operationState)).toContain('"bot"'));
    await stage.pause(1_000);
    expect(await written()).toEqual(['node:2', 2]);
  });

  test('is not written over, and not in each pass, where only its labels differ', async () => {
    // `more` is declared and fails, and the first needs nothing of it: nothing that makes Secrets is declared otherwise by the second
    await stage.push({ ...files, 'more.yaml': more['more.yaml'] });
    await stage.declare();
    await start();
    await untilSucceeded();
    await stage.push({ ...user, 'bot.yaml': more['bot.yaml'], 'maker.yaml': maker().replace('labels: { app: maker }', 'labels: { app: maker, team: nets }') });
    await untilWaiting(/^waiting for .*more/);
    await stage.pause(500);
    const before = (await stage.get(deploymentType, 'maker'))?.metadata;
    await stage.pause(1_000);
    expect(before?.labels).toMatchObject({ team: 'nets' });
    expect((await stage.get(deploymentType, 'maker'))?.metadata.resourceVersion).toBe(before?.resourceVersion);
  });

  test('is not written over while a third one waits for other Applications', async () => {
    await bringBoth(dependOnOther);
    await stage.remote.write('base/broken.yaml', '{');
    const third = await stage.push({ 'conf.yaml': manifests.config('conf') });
    await untilWaiting(new RegExp(`is not at ${third.slice(0, 12)} yet`));
    await stage.pause(1_000);
    expect(await written()).toEqual(['node:2', 2]);
  });

  test.for([
    ['also without its values', user['user.yaml']],
    ['with its values alone', `{{ if eq .Values.mode "b" }}\n${user['user.yaml']}{{ end }}\n`],
  ] as const)('is not written over where the Secret of a value fails, and so the first barrier waits: what is early %s', async ([, needing]) => {
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
    await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name: 'mode' }, data: { mode: 'b' } });
    await stage.push(chartOf('seed: none\nmode: none\n', { ...files, 'seed.yaml': manifests.secret('seed', 'prod/two'), 'app.yaml': manifests.config('app', '"{{ .Values.seed }}"') }));
    await stage.declare({}, { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: seed, valuesKey: password, targetPath: seed}\n- {kind: ConfigMap, name: mode, valuesKey: mode, targetPath: mode}\n' } });
    await start();
    await untilSucceeded();
    await stage.push(Object.fromEntries(Object.entries({ 'user.yaml': needing, ...more, 'maker.yaml': maker('node:2') }).map(([name, text]) => [`templates/${name}`, text])));
    await untilWaiting(/^waiting for .*more/);
    await stage.pause(300);
    const before = await written();
    expect(before).toEqual(['node:2', expect.anything()]);
    Object.assign(stage.secrets.remote, { 'prod/two': isDown });
    await stage.forceSync('seed', '1');
    await untilWaiting(/^waiting for .*seed/);
    await stage.pause(1_000);
    expect(await written()).toEqual(before);
  });

  test.for([['', false], ['by another process ', true]] as const)('or would write, is healed %sas the one before has it, where that other one has come no further than to wait for Applications', async ([, isRestarted]) => {
    await dependOnOther();
    await start();
    await untilSucceeded();
    await stage.remote.write('base/broken.yaml', '{');
    const second = await stage.push({ ...user, 'maker.yaml': maker('node:2') });
    await untilWaiting(new RegExp(`is not at ${second.slice(0, 12)} yet`));
    if (isRestarted) {
      await stage.stop();
      await start();
    }
    await stage.pause(500);
    await stage.remove(deploymentType, 'maker');
    await stage.until(async () => expect(await written()).toEqual(['node:1', 1]));
  });
});
