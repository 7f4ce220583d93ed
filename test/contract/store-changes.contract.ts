import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { clusterSecretStoreType, externalSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { FaultLane, FaultScene } from '../support/provider-fault-lane.ts';
import { type FaultStage, startFaultStage } from '../support/provider-fault-stage.ts';
import type { World } from '../support/secret-stage.ts';

const never = new AbortController().signal;
const options = { fieldManager: 'test' };
const first = ['user one', 'password one'] as const;
const later = ['user two', 'password two'] as const;

function asData([user, password]: readonly [string, string]): Readonly<Record<string, string>> {
  return { user, password };
}

/** What becomes of a store while an ExternalSecret that reads it is queued, or its values are on their way. */
export function storeChangesContract(scene: FaultScene, open: () => Promise<World>): void {
  describe(`a store of ${scene.name} that changes while it is read`, () => {
    let world: World;
    let stage: FaultStage;
    let lane: FaultLane;
    let count = 0;

    beforeAll(async () => {
      world = await open();
    });
    beforeEach(async () => {
      count += 1;
      stage = await startFaultStage({ cluster: world.cluster, namespace: `changes-${count}`, providers: [scene.provider], clock: systemClock, random: Math.random });
      lane = await scene.open(`store-${count}`);
      await lane.store(first);
      await stage.addStore(`store-${count}`, lane);
    });
    afterEach(async () => {
      await stage.remove(externalSecretType, 'database');
      await stage.stop();
      await lane.close();
    });
    afterAll(() => world.close());

    const name = (): string => `store-${count}`;
    const until = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 });
    const untilData = (texts: readonly [string, string]): Promise<void> => until(async () => expect(await stage.data('database')).toEqual(asData(texts)));
    const untilTold = (message: RegExp): Promise<void> => until(async () => expect(await stage.ready('database')).toMatchObject({ status: 'False', message: expect.stringMatching(message) }));

    /** Holds the service's answers back while `change` is made; then it gives them. */
    async function whileUnderWay(change: () => Promise<void>): Promise<void> {
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      await lane.store(later);
      lane.proxy.behave(async ({ answer, send }) => {
        await gate;
        send(await answer());
      });
      await stage.refresh('database');
      await until(async () => expect(lane.proxy.requests()).toBeGreaterThan(0));
      await change();
      release();
      lane.proxy.behave(undefined);
    }

    it('goes on as who its Secret says, and keeps what it has while that is refused', async () => {
      await stage.declare('database', name(), lane.references);
      await untilData(first);
      const put = (texts: Readonly<Record<string, string>>): Promise<void> =>
        stage.edit(secretType, `creds-${name()}`, (object) => ({ ...object, data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')])) }));
      await put(Object.fromEntries(Object.keys(lane.credentials).map((key) => [key, 'of nobody'])));
      await lane.store(later);
      await stage.refresh('database');
      await untilTold(/denied|not ready/);
      expect(await stage.data('database')).toEqual(asData(first));
      await put(lane.credentials);
      await untilData(later);
      expect(JSON.stringify(stage.told)).not.toMatch(/password one|password two/);
    }, 60_000);

    it('writes nothing any more once it is deleted, and goes on once it is back', async () => {
      await stage.declare('database', name(), lane.references);
      await untilData(first);
      const written = stage.writes.length;
      await whileUnderWay(() => stage.remove(secretStoreType, name()));
      await untilTold(new RegExp(`SecretStore "${name()}"`));
      expect(stage.writes.slice(written)).toEqual([]);
      expect(await stage.data('database')).toEqual(asData(first));
      await world.cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: `changes-${count}`, name: name() }, spec: { provider: lane.provider } }, options, never);
      await untilData(later);
    }, 60_000);

    it('writes nothing any more once its conditions shut the namespace out', async () => {
      const conditions = (namespace: string): object => ({ provider: lane.provider, conditions: [{ namespaces: [namespace] }] });
      const object = { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: name() } };
      await world.cluster.create(clusterSecretStoreType, { ...object, spec: conditions(`changes-${count}`) }, options, never);
      await stage.declare('database', name(), lane.references, { secretStoreRef: { kind: 'ClusterSecretStore', name: name() } });
      await untilData(first);
      const written = stage.writes.length;
      const admit = async (namespace: string): Promise<void> => {
        await until(async () => {
          const { metadata } = (await world.cluster.get(clusterSecretStoreType, { name: name() }, never)) ?? object;
          await world.cluster.update(clusterSecretStoreType, { ...object, metadata, spec: conditions(namespace) }, options, never);
        });
      };
      await whileUnderWay(() => admit('elsewhere'));
      await untilTold(/ClusterSecretStore/);
      expect(stage.writes.slice(written)).toEqual([]);
      expect(await stage.data('database')).toEqual(asData(first));
      await admit(`changes-${count}`);
      await untilData(later);
    }, 60_000);
  });
}
