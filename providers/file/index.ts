import type { Provider } from '../../src/provider/contract.ts';
import { createFileClient } from './client.ts';
import { fileConfig, rootsOf, rootsVariable, type FileConfig } from './config.ts';
import { openDirectory } from './directory.ts';

/** Files of a directory of the controller's, where the operator allows it. */
export const file: Provider<FileConfig> = {
  id: 'file',
  schema: fileConfig,
  propertyLookup: 'literal-first',
  environment: [rootsVariable],
  capabilities: 'ReadOnly',
  credentials: () => [],
  // it is the controller's own disk, whoever asks
  usesOwnIdentity: () => true,
  connect: async ({ path }, { environment }) => createFileClient(() => openDirectory(path, rootsOf(environment))),
};
