import { describe, expect, test } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { chartOf, maker, makerFiles as files, userFile as user } from '../../../test/support/lifted-maker.ts';
import { openSlowWorld } from '../../../test/support/slow-world.ts';
import type { World } from '../../../test/support/secret-stage.ts';
import { consumedAnnotation, rotationAnnotation } from '../../gitops/apply/rollout/rollout-stamp.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { configMapType, deploymentType, namespaceType, secretType } from '../../kube/resource-types.ts';

const text = (value: string): string => Buffer.from(value).toString('base64');
/** One that reads a Secret more. */
const reading = (secret: string): string => maker().replace('env: [', `env: [{ name: MORE, valueFrom: { secretKeyRef: { name: ${secret}, key: password } } }, `);

describe('the pods of what is written early, because others need what it makes,', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('lifted', openSlowWorld);
  const generation = async (): Promise<number> => (await stage.get(deploymentType, 'maker'))?.metadata.generation ?? 0;
  const untilMarked = (): Promise<void> => stage.until(async () => expect((await stage.get(deploymentType, 'maker'))?.metadata.annotations?.[consumedAnnotation]).toBeDefined());
  const untilRotated = (): Promise<void> => stage.until(async () => expect(fieldAt(await stage.get(deploymentType, 'maker'), 'spec', 'template', 'metadata', 'annotations', rotationAnnotation)).toBeDefined());
  const untilSucceeded = (): Promise<void> => stage.until(async () => expect((await stage.status()).operationState?.phase).toBe('Succeeded'));
  const make = (): Promise<unknown> => stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace: stage.namespace }, data: { password: text('x') } });
  const rotate = async (): Promise<void> => {
    Object.assign(stage.secrets.remote, { 'prod/one': 'rotated' });
    await stage.forceSync('database', '1');
  };
  /** Brings the testnet in, with what the maker makes. */
  async function bringIn(more: Readonly<Record<string, string>>, spec = {}): Promise<void> {
    await stage.push({ ...files, ...more });
    await stage.declare(spec);
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'maker')).toBeDefined());
    await make();
    await untilSucceeded();
  }

  test.for([
    ['heals', {}],
    ['does not heal', { syncPolicy: { automated: { prune: true }, syncOptions: ['CreateNamespace=true'] } }],
  ] as const)('are replaced once where a commit changes the image and the Secret, in an Application that %s', async ([, spec]) => {
    await bringIn({ ...user, 'slow.yaml': manifests.secret('slow', 'prod/one') }, spec);
    await stage.push({ 'conf.yaml': manifests.config('conf') });
    await untilMarked();
    await stage.pause(700);
    const before = await generation();
    await stage.push({ 'secret.yaml': manifests.secret('database', 'prod/two'), 'slow.yaml': manifests.secret('slow', 'prod/two'), 'maker.yaml': maker('node:2') });

    await untilRotated();
    await stage.pause(700);
    expect(await generation()).toBe(before + 1);
  });

  test.for([
    ['a Secret', false],
    ['its image', true],
  ] as const)('are replaced once for %s while a newer commit waits, which has them written early where the one before has not', async ([, isImage]) => {
    await bringIn({});
    await untilMarked();
    await stage.push({ ...user, ...(isImage ? { 'maker.yaml': maker('node:2') } : {}), 'more.yaml': manifests.secret('more', 'prod/more'), 'bot.yaml': manifests.deployment('bot', 'more') });
    await stage.until(async () => expect((await stage.status()).operationState?.message ?? '').toMatch(/^waiting for .*more/));
    await stage.pause(500);
    if (!isImage) await rotate();
    if (!isImage) await untilRotated();

    await stage.pause(1_500);
    expect(await generation()).toBe(2);
  });

  test('are not replaced for what they make themselves', async () => {
    await bringIn({ ...user, 'maker.yaml': reading('made') });
    await untilMarked();
    const before = await generation();
    await stage.edit(secretType, { namespace: stage.namespace, name: 'made' }, (object) => ({ ...object, data: { password: text('another') } }));
    await stage.pause(700);
    expect(await generation()).toBe(before);

    await rotate();
    await untilRotated();
    expect(await generation()).toBe(before + 1);
  });

  test.for([
    ['other Secrets than charts take values from', ['made'], maker()],
    ['those and others', ['made', 'seed'], reading('seed')],
  ] as const)('are replaced once for a rotation where they read %s', async ([, names, template]) => {
    await stage.push(chartOf('made: none\nseed: none\n', { ...files, 'maker.yaml': template, 'seed.yaml': manifests.secret('seed', 'prod/two'), 'app.yaml': manifests.config('app', '"{{ .Values.made }}"') }));
    await stage.declare({}, { annotations: { 'prelude.dev/values-from': names.map((name) => `- {kind: Secret, name: ${name}, valuesKey: password, targetPath: ${name}}\n`).join('') } });
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'maker')).toBeDefined());
    await make();
    await stage.until(async () => expect(await stage.get(configMapType, 'app')).toBeDefined());
    await untilMarked();
    const version = async (): Promise<unknown> => (await stage.get(deploymentType, 'maker'))?.metadata.resourceVersion;
    await stage.pause(700);
    const before = [await version(), await generation()];
    await stage.pause(700);
    expect([await version(), await generation()]).toEqual(before);

    await rotate();
    await untilRotated();
    await stage.pause(700);
    expect(await generation()).toBe(2);
  });

  test('are not replaced in each pass where the values tell who makes what they read', async () => {
    const template = maker().replace('made/password', '"made/password,tok/password"').replace('env: [', 'envFrom: [{ secretRef: { name: made } }]\n          env: [');
    await stage.push(chartOf('tok: none\npeers: none\n', { ...files, 'maker.yaml': template, 'app.yaml': manifests.config('app', '"{{ .Values.tok }}"'), 'real.yaml': `{{ if eq .Values.peers "on" }}\n${manifests.secret('made', 'prod/two', 'other')}{{ end }}\n` }));
    await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: stage.namespace } });
    await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'peers', namespace: stage.namespace }, data: { peers: 'on' } });
    await stage.declare({}, { annotations: { 'prelude.dev/values-from': '- {kind: Secret, name: tok, valuesKey: password, targetPath: tok}\n- {kind: ConfigMap, name: peers, valuesKey: peers, targetPath: peers}\n' } });
    await stage.start({ remote: { 'prod/one': 'a', 'prod/two': 'b' } });
    await stage.until(async () => expect(await stage.get(deploymentType, 'maker')).toBeDefined());
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tok', namespace: stage.namespace }, data: { password: text('x') } });
    await stage.pause(2_000);
    const before = await generation();
    await stage.pause(700);
    expect(await generation()).toBe(before);
  });

  test('keep the mark of a rotation where they make the Secret themselves from now on', async () => {
    const plain = manifests.deployment('maker', 'made');
    await stage.push({ 'store.yaml': manifests.store, 'made.yaml': manifests.secret('made', 'prod/one').replace('secretStoreRef', 'target: { creationPolicy: Orphan }\n  secretStoreRef'), 'maker.yaml': plain });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await untilSucceeded();
    await untilMarked();
    Object.assign(stage.secrets.remote, { 'prod/one': 'rotated' });
    await stage.forceSync('made', '1');
    await untilRotated();
    await stage.pause(300);
    const before = await generation();
    await stage.push({ 'made.yaml': undefined, 'maker.yaml': plain.replace('metadata: { name: maker,', 'metadata: { annotations: { prelude.dev/provides: made/password }, name: maker,') });
    await stage.until(async () => expect((await stage.get(deploymentType, 'maker'))?.metadata.annotations?.['prelude.dev/provides']).toBeDefined());
    await stage.pause(700);
    expect(await generation()).toBe(before);
  });
});

describe('a workload that follows its Secrets', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('follows', openSlowWorld);
  const live = () => stage.get(deploymentType, 'node');
  const rotate = async (): Promise<void> => {
    Object.assign(stage.secrets.remote, { 'prod/one': 'rotated' });
    await stage.forceSync('db', '1');
    await stage.until(async () => expect((await live())?.metadata.generation).toBe(2));
  };
  const untilMarked = (): Promise<void> => stage.until(async () => expect((await live())?.metadata.annotations?.[consumedAnnotation]).toBeDefined());

  test.for([
    ['is not replaced for a rotation of before', {}],
    ['is no difference where nothing is healed', { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } }],
  ] as const)('and is made anew by somebody, as Git has it, %s', async ([, spec]) => {
    await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db', 'prod/one'), 'node.yaml': manifests.deployment('node', 'db'), 'conf.yaml': manifests.config('conf') });
    await stage.declare(spec);
    await stage.start({ remote: { 'prod/one': 'a' } });
    await untilMarked();
    const made = await live();
    if (Object.keys(spec).length === 0) await rotate();
    await stage.pause(500);
    const { [consumedAnnotation]: _stamp, ...annotations } = made?.metadata.annotations ?? {};
    await stage.remove(deploymentType, 'node');
    await stage.create(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: stage.namespace, name: 'node', labels: made?.metadata.labels ?? {}, annotations }, spec: made?.['spec'] });
    await stage.pause(1_000);
    expect((await live())?.metadata.generation).toBe(1);
    await stage.until(async () => expect((await stage.status()).sync?.status).toBe('Synced'));
  });

  test('is not replaced once more where somebody has put it back to what it was before a rotation', async () => {
    await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db', 'prod/one'), 'node.yaml': manifests.deployment('node', 'db') });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await untilMarked();
    await rotate();
    await stage.pause(500);
    const marks = new RegExp(`"(${consumedAnnotation}|${rotationAnnotation})":"[^"]*",?`, 'g');
    await stage.edit(deploymentType, { namespace: stage.namespace, name: 'node' }, (object) => JSON.parse(JSON.stringify(object).replaceAll(marks, '').replaceAll(',}', '}')));
    await untilMarked();
    await stage.pause(700);
    expect((await live())?.metadata.generation).toBe(3);
  });

  test('is replaced for the key that it reads where it makes another one of the same Secret', async () => {
    const node = manifests.deployment('node', 'db').replace('name: node,', 'name: node, annotations: { prelude.dev/provides: db/token },');
    await stage.push({ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('db', 'prod/one'), 'node.yaml': node });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await untilMarked();
    await rotate();
  });
});

let meanwhile: (() => Promise<unknown>) | undefined;

/** Something happens as soon as a Deployment is written for a rotation, before anybody hears of that. */
async function openHastyWorld(): Promise<World> {
  const { cluster, ...world } = await openSlowWorld();
  const apply: World['cluster']['apply'] = async (...call) => {
    const written = await cluster.apply(...call);
    const happens = call[1].kind === 'Deployment' && JSON.stringify(call[1]['spec']).includes(rotationAnnotation) ? meanwhile : undefined;
    if (happens !== undefined) meanwhile = undefined;
    await happens?.();
    return written;
  };
  return { ...world, cluster: { ...cluster, apply } };
}

describe('before anybody hears of what a rotation has written,', { timeout: 60_000 }, () => {
  const stage = setApplicationStage('hasty', openHastyWorld);
  const untilMarked = (): Promise<void> => stage.until(async () => expect((await stage.get(deploymentType, 'maker'))?.metadata.annotations?.[consumedAnnotation]).toBeDefined());
  /** Something happens in the very moment in which its workload is written for it. */
  const rotate = async (then: () => Promise<unknown>): Promise<void> => {
    await stage.pause(500);
    meanwhile = then;
    Object.assign(stage.secrets.remote, { 'prod/one': 'rotated' });
    await stage.forceSync('database', '1');
    await stage.until(() => expect(meanwhile).toBeUndefined());
    await stage.pause(700);
  };

  test.for([
    ['its wave', { 'maker.yaml': manifests.deployment('maker', 'database') }],
    ['what is written early', user],
  ] as const)('a Secret that is written again with the same values has its workload written no more after a while: one of %s', async ([, more]) => {
    await stage.push({ ...files, ...more });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await untilMarked();
    await rotate(() => stage.edit(secretType, { namespace: stage.namespace, name: 'database' }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, team: 'nets' } } })));
    const version = async (): Promise<unknown> => (await stage.get(deploymentType, 'maker'))?.metadata.resourceVersion;
    const before = await version();
    await stage.pause(700);
    expect(await version()).toBe(before);
  });

  test('a request about a part is not refused: it waits for what others need of the workload', async () => {
    await stage.push({ ...files, ...user, 'conf.yaml': manifests.config('conf') });
    await stage.declare();
    await stage.start({ remote: { 'prod/one': 'a' } });
    await untilMarked();
    await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace: stage.namespace }, data: { password: text('x') } });
    await stage.until(async () => expect((await stage.status()).operationState?.phase).toBe('Succeeded'));
    await stage.pause(500);
    await stage.remove(secretType, 'made');
    const sync = { resources: [{ group: 'apps', kind: 'Deployment', name: 'user' }] };
    await rotate(() => stage.editApplication((object) => ({ ...object, operation: { sync } })));

    await stage.until(async () => expect((await stage.status()).operationState).toMatchObject({ operation: { sync }, message: expect.stringMatching(/^waiting for .*maker/) }));
    expect((await stage.status()).operationState?.phase).toBe('Running');
  });
});
