import { erase } from '../src/provider/registry.ts';
import { aws } from './aws/index.ts';
import { fake } from './fake/index.ts';

/** The providers that Prelude is built with: one line for each folder. */
export const providers = [erase(aws), erase(fake)];
