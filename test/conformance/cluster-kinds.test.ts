import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeClusterExternalSecrets } from '../contract/cluster-external-secret.contract.ts';
import { describeClusterPushSecrets } from '../contract/cluster-push-secret.contract.ts';
import { describeGenericTargets } from '../contract/generic-targets.contract.ts';
import { setStage } from '../support/secret-stage.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const open = (): Promise<RealWorld> => Promise.resolve(world);

describeClusterExternalSecrets('on a real API server', open);
describeClusterPushSecrets('on a real API server', open);
describeGenericTargets('on a real API server', open);

describe('what a real API server refuses', () => {
  const stage = setStage('refused', open);

  test('is told by the path of the field, and never with the value that is in it', async () => {
    await stage.start();
    // an integer, by the schema of the kind
    const template = { templateFrom: [{ target: 'spec', literal: 'size: {{ .password }}' }] };
    await stage.declare('database', { target: { manifest: { apiVersion: 'acme.example/v1', kind: 'Widget' }, template } });

    await stage.until(async () => expect((await stage.status('database')).conditions).toMatchObject([{ status: 'False', reason: 'ResourceSyncedError', message: expect.stringContaining('spec.size') }]));
    expect(JSON.stringify([await stage.status('database'), stage.running.events])).not.toContain('hunter2');
  });
});
