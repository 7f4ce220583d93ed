import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { accessTokenGenerator } from './access-token.ts';

/** The generators of Google Cloud. */
export const gcpGenerators = [eraseGenerator(accessTokenGenerator)];
