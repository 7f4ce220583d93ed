import { readAuthority } from '../../src/provider/authority.ts';
import type { Provider } from '../../src/provider/contract.ts';
import { eraseGenerator } from '../../src/provider/generator-registry.ts';
import { createWebhookClient } from './client.ts';
import { webhookConfig, type WebhookConfig } from './spec.ts';
import { mayUse } from './template-fields.ts';
import { namedBy, readSecrets } from './webhook-secrets.ts';
import { webhookGenerator } from './webhook.ts';

/** The generators of web servers. */
export const webhookGenerators = [eraseGenerator(webhookGenerator)];

/** Any web server, asked by templates. */
export const webhook: Provider<WebhookConfig> = {
  id: 'webhook',
  schema: webhookConfig,
  propertyLookup: 'by-provider',
  environment: [],
  capabilities: 'ReadWrite',
  consumerInputs: ({ url, body = '', headers = {}, result = {} }) => {
    const templates = [url, body, result.jsonPath ?? '', ...Object.values(headers)];
    return templates.some((template) => mayUse(template, 'namespace')) ? ['namespace'] : [];
  },
  credentials: namedBy,
  connect: async (config, context) => {
    const [secrets, ca] = await Promise.all([readSecrets(config, context), readAuthority(config, context)]);
    return createWebhookClient({ config, context, secrets, ca, namespace: context.store?.namespace });
  },
};
