import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { consumedAnnotation, rotationAnnotation } from '../../src/gitops/apply/rollout/rollout-stamp.ts';
import { fieldAt } from '../../src/gitops/health/live-field.ts';
import { deploymentType, secretType } from '../../src/kube/resource-types.ts';
import { applicationNamespace, manifests, setApplicationStage } from '../support/application-stage.ts';
import { makerFiles, userFile } from '../support/lifted-maker.ts';
import type { World } from '../support/secret-stage.ts';

/** How workloads follow the Secrets that their pods read, whatever the cluster is made of. */
export function describeApplicationRotation(name: string, open: () => Promise<World>): void {
  describe(`the Git half replaces the pods that read a rotated Secret in ${name}`, { timeout: 60_000 }, () => {
    const stage = setApplicationStage('rotate', open);
    const testnet = {
      ...{ 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database'), 'other-secret.yaml': manifests.secret('token', 'prod/token') },
      ...{ 'node.yaml': manifests.deployment('node', 'database'), 'bot.yaml': manifests.deployment('bot', 'token') },
    };
    const remote = { 'prod/db': 'CANARY-one', 'prod/token': 'CANARY-token' };

    const live = async (workload: string): Promise<KubeObject> => (await stage.get(deploymentType, workload)) ?? expect.fail(`there is no Deployment ${workload}`);
    /** What the cluster's own controllers do not write. */
    const declared = async (workload: string): Promise<unknown> => {
      const { metadata, ...object } = await live(workload);
      return [object['spec'], metadata.annotations?.[consumedAnnotation], metadata.labels];
    };
    const rotation = async (workload: string): Promise<unknown> => fieldAt(await live(workload), 'spec', 'template', 'metadata', 'annotations', rotationAnnotation);
    const deploymentWrites = (): number => stage.recorded.writesIn(stage.namespace).filter((write) => write === 'apply deployments').length;

    async function bringIn(files: Readonly<Record<string, string>> = testnet, metadata = {}): Promise<void> {
      const commit = await stage.push(files);
      await stage.declare({}, metadata);
      await stage.start({ remote: { ...remote } });
      await stage.untilSynced(commit);
    }

    test('a rotated value replaces the pods that read it and no others, and healing does not undo it', async () => {
      await bringIn();
      expect(await rotation('node')).toBeUndefined();
      const bot = await declared('bot');

      stage.secrets.remote['prod/db'] = 'CANARY-two';
      await stage.forceSync('database', '1');
      await stage.until(async () => expect(await rotation('node')).toEqual(expect.any(String)));
      const rolled = await rotation('node');
      expect(await declared('bot')).toEqual(bot);

      await stage.edit(deploymentType, { namespace: stage.namespace, name: 'node' }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { app: 'theirs' } } }));
      await stage.until(async () => expect((await live('node')).metadata.labels).toMatchObject({ app: 'node' }));
      expect(await rotation('node')).toBe(rolled);
      expect(JSON.stringify([await live('node'), await stage.application(), stage.running.events, stage.running.progress])).not.toContain('CANARY');
    });

    test('the pods of what is written early, because others need what it makes, are replaced likewise', async () => {
      await stage.push({ ...makerFiles, 'secret.yaml': manifests.secret('database'), ...userFile });
      await stage.declare();
      await stage.start({ remote: { ...remote } });
      await stage.until(async () => expect((await live('maker')).metadata.annotations?.[consumedAnnotation]).toEqual(expect.any(String)));
      expect(await rotation('maker')).toBeUndefined();

      stage.secrets.remote['prod/db'] = 'CANARY-two';
      await stage.forceSync('database', '1');
      await stage.until(async () => expect(await rotation('maker')).toEqual(expect.any(String)));
    });

    test('while a newer commit waits for its Secrets, the pods of the one before run on, and are replaced once', async () => {
      await bringIn();
      await stage.push({ ...testnet, 'node.yaml': manifests.deployment('node', 'database').replace('node:1', 'node:2').replace('name: PASSWORD', 'name: DATABASE'), 'more.yaml': manifests.secret('more', 'prod/more'), 'more-bot.yaml': manifests.deployment('more', 'more') });
      await stage.until(async () => expect((await stage.status()).operationState?.message ?? '').toMatch(/^waiting for .*more/));
      const before = await declared('node');
      stage.secrets.remote['prod/db'] = 'CANARY-two';
      await stage.forceSync('database', '1');
      await stage.until(async () => expect(Buffer.from(String(fieldAt(await stage.get(secretType, 'database'), 'data', 'password')), 'base64').toString()).toBe('CANARY-two'));
      await stage.pause(500);
      expect(await declared('node')).toEqual(before);

      stage.secrets.remote['prod/more'] = 'CANARY-more';
      await stage.forceSync('more', '1');
      await stage.until(async () => expect(JSON.stringify(await live('node'))).toContain('node:2'));
      expect(await rotation('node')).toEqual(expect.any(String));
    });

    test('a process that starts anew, and a Secret that is written with the same values, replace nothing', async () => {
      await bringIn();
      const before = await declared('node');
      await stage.stop();
      await stage.edit(secretType, { namespace: stage.namespace, name: 'database' }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, team: 'nets' } } }));
      await stage.start({ remote: { ...remote } });
      await stage.until(() => expect(deploymentWrites()).toBe(2));
      await stage.pause(500);

      // each object is applied once after a start, which changes nothing
      expect(await declared('node')).toEqual(before);
      expect(deploymentWrites()).toBe(2);
    });

    test('a value that changed while nobody looked replaces the pods at the next start', async () => {
      await bringIn();
      await stage.stop();
      await stage.start({ remote: { ...remote, 'prod/db': 'CANARY-later' } });
      await stage.forceSync('database', '1');
      await stage.until(async () => expect(await rotation('node')).toEqual(expect.any(String)));
      expect(await rotation('bot')).toBeUndefined();
    });

    test('a workload that was there before is taken over as it runs', async () => {
      await bringIn();
      await stage.stop();
      await stage.edit(deploymentType, { namespace: stage.namespace, name: 'node' }, (object) => {
        const { [consumedAnnotation]: _stamp, ...annotations } = object.metadata.annotations ?? {};
        return { ...object, metadata: { ...object.metadata, annotations } };
      });
      await stage.start({ remote: { ...remote } });
      await stage.until(async () => expect((await live('node')).metadata.annotations?.[consumedAnnotation]).toEqual(expect.any(String)));
      expect(await rotation('node')).toBeUndefined();
    });

    test('an Application, or a workload, that wants none of it is left alone', async () => {
      const calm = manifests.deployment('bot', 'token').replace('labels: { app: bot } }\nspec', 'labels: { app: bot }, annotations: { prelude.dev/roll-on-rotation: "false" } }\nspec');
      await bringIn({ ...testnet, 'bot.yaml': calm });
      stage.secrets.remote['prod/token'] = 'CANARY-new';
      stage.secrets.remote['prod/db'] = 'CANARY-two';
      await stage.forceSync('token', '1');
      await stage.forceSync('database', '1');
      await stage.until(async () => expect(await rotation('node')).toEqual(expect.any(String)));
      expect((await live('bot')).metadata.annotations?.[consumedAnnotation]).toBeUndefined();

      await stage.editApplication((object) => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'prelude.dev/roll-on-rotation': 'false' } } }));
      await stage.until(async () => expect((await live('node')).metadata.annotations?.[consumedAnnotation]).toBeUndefined());
    });

    test('the key of the hashes stands beside the Applications, made once', async () => {
      await bringIn();
      const keys = stage.recorded.writesIn(applicationNamespace).filter((write) => write === 'create secrets');
      expect(keys.length).toBeLessThanOrEqual(1);
      expect(await stage.recorded.get(secretType, { namespace: applicationNamespace, name: 'prelude-rollout-key' }, new AbortController().signal)).toMatchObject({ immutable: true });
    });
  });
}
