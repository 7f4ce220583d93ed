import type { Provider } from '../../src/provider/contract.ts';
import { createFakeClient } from './client.ts';
import type { FakeConfig } from './config.ts';
import { fakeConfig } from './config.ts';

/** Values that stand in the store itself. */
export const fake: Provider<FakeConfig> = {
  id: 'fake',
  schema: fakeConfig,
  propertyLookup: 'path-only',
  environment: [],
  credentials: () => [],
  connect: (config) => Promise.resolve(createFakeClient(config)),
};
