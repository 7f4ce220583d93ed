import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { deploymentType, leaseType } from '../../src/kube/resource-types.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { at } from '../support/raw-api.ts';
import { startTestnet, type Testnet } from '../support/testnet.ts';

const { signal } = new AbortController();
const within = { timeout: 30_000, interval: 100 };
const lease = { namespace: 'argocd', name: 'prelude' };

describe('two controllers of one release', () => {
  let testnet: Testnet;
  const running: ControllerProcess[] = [];

  const start = async (pod: string): Promise<ControllerProcess> => {
    const controller = await startController({ ...testnet, args: [...testnet.args, '--namespace', 'argocd', '--leader-elect'], env: { ...testnet.env, PRELUDE_POD_NAME: pod } });
    running.push(controller);
    return controller;
  };
  const holder = async (): Promise<unknown> => at(await testnet.cluster.get(leaseType, lease, signal), 'spec', 'holderIdentity');
  /** The records of writes that a controller has left. */
  const records = (controller: ControllerProcess): readonly string[] => controller.output().split('\n').filter((line) => line.includes('"log":"audit"'));
  /** Deletes a workload, and waits until whoever leads has made it again. */
  const healed = async (): Promise<void> => {
    const seed = { namespace: 'devnet', name: 'seed' };
    const before = await testnet.cluster.get(deploymentType, seed, signal);
    await testnet.cluster.delete(deploymentType, seed, {}, signal);
    await expect.poll(async () => (await testnet.cluster.get(deploymentType, seed, signal))?.metadata.uid, within).not.toSatisfy((uid: unknown) => uid === undefined || uid === before?.metadata.uid);
  };

  beforeAll(async () => {
    testnet = await startTestnet({ parts: inject('parts') });
  }, 180_000);

  afterAll(async () => {
    for (const controller of running) await controller.stop();
    await testnet[Symbol.asyncDispose]();
  });

  it('are both ready, and one of them works', async () => {
    const first = await start('pod-a');
    await expect.poll(holder, within).toBe('pod-a');
    const second = await start('pod-b');
    await expect.poll(() => testnet.cluster.get(deploymentType, { namespace: 'devnet', name: 'seed' }, signal), within).toBeDefined();

    // probes are answered from the start on
    await expect.poll(second.output, within).toContain('waits to lead');
    expect(records(second)).toEqual([]);
    // which Application and which commit a write is for, as well
    const commit = await testnet.remote.git('rev-parse', 'HEAD');
    expect(JSON.parse(records(first).find((line) => line.includes('"kind":"Deployment"')) ?? '{}')).toMatchObject({ verb: 'apply', namespace: 'devnet', manager: 'prelude-gitops', application: 'argocd/devnet', revision: commit, outcome: 'done' });
  });

  it('change over at once when the one that works is told to stop', async () => {
    const [first, second] = running;
    expect(await first?.stop()).toBe(0);
    await expect.poll(holder, { timeout: 5_000, interval: 100 }).toBe('pod-b');

    await healed();
    expect(records(second!).length).toBeGreaterThan(0);
  });

  it('change over when the one that works dies, once its Lease has run out', async () => {
    const third = await start('pod-c');
    await running[1]?.kill();
    await expect.poll(holder, within).toBe('pod-c');

    await healed();
    expect(records(third).length).toBeGreaterThan(0);
  });

  it('stop when the Lease is taken from them', async () => {
    const leader = running[2]!;
    const live = await testnet.cluster.get(leaseType, lease, signal);
    await testnet.cluster.update(leaseType, { ...live!, spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' } }, { fieldManager: 'somebody' }, signal);

    expect(await leader.ended).toBe(1);
    expect(leader.output()).toContain('Lease argocd/prelude is lost');
  });
});
