import { erase } from '../src/provider/registry.ts';
import { aws, awsGenerators } from './aws/index.ts';
import { azureGenerators, azurekv } from './azure/index.ts';
import { doppler } from './doppler/index.ts';
import { fake } from './fake/index.ts';
import { file } from './file/index.ts';
import { gcpGenerators, gcpsm } from './gcp/index.ts';
import { githubGenerators } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';
import { infisical } from './infisical/index.ts';
import { kubernetes } from './kubernetes/index.ts';
import { localGenerators } from './local/index.ts';
import { onepassword } from './onepassword/index.ts';
import { openBao, vault, vaultGenerators } from './vault/index.ts';
import { webhook, webhookGenerators } from './webhook/index.ts';

/** The providers that Prelude is built with. Every folder gives a provider, generators, or both. */
export const providers = [erase(aws), erase(azurekv), erase(doppler), erase(fake), erase(file), erase(gcpsm), erase(gitlab), erase(infisical), erase(kubernetes), erase(onepassword), erase(webhook), erase(openBao), erase(vault)];

/** The generators that Prelude is built with. */
export const generators = [...localGenerators, ...webhookGenerators, ...vaultGenerators, ...awsGenerators, ...githubGenerators, ...gcpGenerators, ...azureGenerators];
