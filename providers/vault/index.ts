import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { dynamicSecretGenerator } from './dynamic-secret.ts';

/** The generators of HashiCorp Vault. */
export const vaultGenerators = [eraseGenerator(dynamicSecretGenerator)];
