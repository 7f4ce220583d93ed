import { erase } from '../src/provider/registry.ts';
import { aws, awsGenerators } from './aws/index.ts';
import { azureGenerators } from './azure/index.ts';
import { fake } from './fake/index.ts';
import { gcpGenerators } from './gcp/index.ts';
import { githubGenerators } from './github/index.ts';
import { kubernetes } from './kubernetes/index.ts';
import { localGenerators } from './local/index.ts';
import { vaultGenerators } from './vault/index.ts';
import { webhookGenerators } from './webhook/index.ts';

/** The providers that Prelude is built with. Every folder gives a provider, generators, or both. */
export const providers = [erase(aws), erase(fake), erase(kubernetes)];

/** The generators that Prelude is built with. */
export const generators = [...localGenerators, ...webhookGenerators, ...vaultGenerators, ...awsGenerators, ...githubGenerators, ...gcpGenerators, ...azureGenerators];
