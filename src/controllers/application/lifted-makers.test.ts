import { describe, expect, test } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { openSlowWorld } from '../../../test/support/slow-world.ts';
import { consumedAnnotation, rotationAnnotation } from '../../gitops/apply/rollout/rollout-stamp.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { configMapType, deploymentType, secretType } from '../../kube/resource-types.ts';

const text = (value: string): string => Buffer.from(value).toString('base64');
/** A Deployment that reads `database` and makes `made` as it runs. */
const maker = (image = 'node:1'): string => manifests.deployment('maker', 'database').replace('metadata: { name: maker,', 'metadata: { annotations: { prelude.dev/provides: made/password, argocd.argoproj.io/sync-wave: "1" }, name: maker,').replace('node:1', image);
/** One that reads a Secret more. */
const reading = (secret: string): string => maker().replace('env: [', `env: [{ name: MORE, valueFrom: { secretKeyRef: { name: ${secret}, key: password } } }, `);
const files = { 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database', 'prod/one'), 'maker.yaml': maker() };
const user = { 'user.yaml': manifests.deployment('user', 'made') };

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
    const chart = { 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': 'made: none\nseed: none\n', 'templates/store.yaml': manifests.store, 'templates/database.yaml': manifests.secret('database', 'prod/one'), 'templates/seed.yaml': manifests.secret('seed', 'prod/two'), 'templates/maker.yaml': template, 'templates/app.yaml': manifests.config('app', '"{{ .Values.made }}"') };
    await stage.push(chart);
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
});
