import type { Provider } from '../../src/provider/contract.ts';
import { createFakeClient } from './client.ts';
import type { FakeConfig } from './config.ts';
import { fakeConfig } from './config.ts';
import { PushedValues } from './pushed-values.ts';

/** Values that stand in the store itself, and those that are pushed to it while the program runs. */
export function createFake(): Provider<FakeConfig> {
  const pushed = new Map<string, PushedValues>();
  return {
    id: 'fake',
    schema: fakeConfig,
    propertyLookup: 'path-only',
    environment: [],
    capabilities: 'ReadWrite',
    // what is pushed to one store is not there in another, whatever their configurations
    // what is pushed is kept in the client itself
    consumerInputs: () => ['store'],
    credentials: () => [],
    connect: async (config, { store }) => {
      const name = store?.name ?? '';
      const values = pushed.get(name) ?? new PushedValues();
      pushed.set(name, values);
      return createFakeClient(config, values);
    },
  };
}

export const fake = createFake();
