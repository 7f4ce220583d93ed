import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { webhookGenerator } from './webhook.ts';

/** The generators of web servers. */
export const webhookGenerators = [eraseGenerator(webhookGenerator)];
