import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { fakeGenerator } from './fake.ts';
import { passwordGenerator } from './password.ts';
import { sshKeyGenerator } from './ssh-key.ts';
import { uuidGenerator } from './uuid.ts';

/** The generators that ask nobody. */
export const localGenerators = [eraseGenerator(passwordGenerator), eraseGenerator(uuidGenerator), eraseGenerator(sshKeyGenerator), eraseGenerator(fakeGenerator)];
