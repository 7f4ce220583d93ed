import type { Provider } from '../../src/provider/contract.ts';
import { DopplerApi } from './api.ts';
import { createDopplerClient } from './client.ts';
import type { DopplerConfig } from './config.ts';
import { dopplerConfig, dopplerCredentials, dopplerInputs } from './config.ts';
import { addressOf, addressVariable, verifyVariable } from './address.ts';
import { tokenSourceOf } from './token.ts';

/** Secrets of a config of Doppler. */
export const doppler: Provider<DopplerConfig> = {
  id: 'doppler',
  schema: dopplerConfig,
  propertyLookup: 'path-only',
  environment: [addressVariable, verifyVariable],
  capabilities: 'ReadWrite',
  credentials: dopplerCredentials,
  consumerInputs: dopplerInputs,
  connect: async (config, context) => {
    const address = addressOf(context.environment);
    const tokens = await tokenSourceOf(config.auth, address, context);
    return createDopplerClient({ api: new DopplerApi({ http: context.http, address, config, tokens }), config, close: () => tokens.close?.() });
  },
};
