import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { accessTokenGenerator } from './access-token.ts';

/** The generators of GitHub. */
export const githubGenerators = [eraseGenerator(accessTokenGenerator)];
