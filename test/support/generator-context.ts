import type { ProviderContext } from '../../src/provider/contract.ts';
import type { ProviderServices } from '../../src/provider/provider-context.ts';

/** The context of a generator that asks nobody: whatever it reaches for fails the test. */
export const noContext: ProviderContext = {
  secret: unexpected,
  wholeSecret: unexpected,
  configMap: unexpected,
  serviceAccountToken: unexpected,
  serviceAccountAnnotations: unexpected,
  renderTemplate: unexpected,
  http: unexpected,
  random: () => {
    throw new Error('a secret is never made from the source of jitter');
  },
  environment: new Map(),
  clock: {
    now: () => {
      throw new Error('nothing here depends on the time');
    },
    monotonic: () => 0,
    after: () => () => {},
  },
};

function unexpected(): Promise<never> {
  return Promise.reject(new Error('a local generator asks nobody'));
}

/** What a store reader needs around it, of which whatever is reached for fails the test. */
export const noServices: ProviderServices = {
  credentials: {
    read: unexpected,
    version: () => undefined,
    readWhole: unexpected,
    readConfigMap: unexpected,
    configMapVersion: () => undefined,
    serviceAccount: unexpected,
    token: unexpected,
  },
  http: unexpected,
  renderTemplate: unexpected,
  clock: noContext.clock,
  random: noContext.random,
};
