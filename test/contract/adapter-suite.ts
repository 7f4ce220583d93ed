/** What adapters of other packages are tested with: the package's `prelude/provider-contract`, for vitest. */
export { type ConnectOptions, connectProvider } from './connect-provider.ts';
export { type Exemption, exemptionBy, type ProviderBench, providerContract, readsOnly } from './provider.contract.ts';
