import { afterAll, beforeAll } from 'vitest';
import { describeLifecycles } from '../contract/upstream-lifecycle.contract.ts';
import { describeProviderCases } from '../contract/upstream-provider-cases.contract.ts';
import { describeStoreCases } from '../contract/upstream-store-cases.contract.ts';
import { describeUpstreamCases } from '../contract/upstream-cases.contract.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const open = (): Promise<RealWorld> => Promise.resolve(world);

describeProviderCases('on a real API server', open);
describeUpstreamCases('on a real API server', open);
describeStoreCases('on a real API server', open);
describeLifecycles('on a real API server', open);
