import { afterAll, beforeAll } from 'vitest';
import { describePushes } from '../contract/push-secret.contract.ts';
import { describeRepeatedPushes } from '../contract/push-secret-refresh.contract.ts';
import { describeRefusedPushes } from '../contract/push-secret-refusal.contract.ts';
import { describeTakenBackPushes } from '../contract/push-secret-removal.contract.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const open = (): Promise<RealWorld> => Promise.resolve(world);

describePushes('on a real API server', open);
describeRefusedPushes('on a real API server', open);
describeTakenBackPushes('on a real API server', open);
describeRepeatedPushes('on a real API server', open);
