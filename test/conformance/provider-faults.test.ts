import { providerFaultsContract, seed } from '../contract/provider-faults.contract.ts';
import { storeChangesContract } from '../contract/store-changes.contract.ts';
import { cloudScenes, serviceScenes } from '../support/provider-fault-scenes.ts';
import { providerFaults } from '../support/provider-faults.ts';
import { openRealWorld } from '../support/real-world.ts';
import type { World } from '../support/secret-stage.ts';

async function open(): Promise<World> {
  const { cluster, stop } = await openRealWorld();
  return { cluster, close: stop };
}

// every adapter under every fault: src/controllers/external-secret/provider-faults-*.test.ts
// one scene for each provider: two of the same would share its hooks
const scenes = [...cloudScenes(), ...serviceScenes()].filter(({ name }) => name !== 'aws, ParameterStore');
const cases = providerFaults.flatMap((fault, index) => {
  const concerned = scenes.filter((scene) => fault.concerns?.(scene) ?? true);
  const scene = concerned[index % concerned.length];
  return scene === undefined ? [] : [{ scene, fault }];
});

providerFaultsContract([{ name: 'an API server with every adapter', cases, open, seed }], 1);

for (const scene of scenes.filter(({ name }) => name === 'vault')) storeChangesContract(scene, open);
