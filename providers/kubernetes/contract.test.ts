import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { kubernetesExemptions } from '../../test/contract/kubernetes-exemptions.ts';
import { type ProviderBench, providerContract } from '../../test/contract/provider.contract.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { noContext } from '../../test/support/generator-context.ts';
import { createSecretsApi } from '../../test/support/secrets-api.ts';
import { kubernetes } from './index.ts';

const never = new AbortController().signal;
const pem = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64');
const config = { server: { url: 'https://api.example.com', caBundle: pem }, auth: { token: { bearerToken: { name: 'creds', key: 'token' } } }, remoteNamespace: 'devnet' };

// the same clauses hold against a real API server: test/conformance/provider-kubernetes.test.ts
providerContract('kubernetes', async (): Promise<ProviderBench> => {
  const api = createSecretsApi('devnet', 'good');
  return {
    member: 'value',
    pageSize: 50,
    connect: (condition) => {
      if (condition === 'down') api.behave = 'break';
      if (condition === 'hanging') api.behave = 'hang';
      const secret = async (): Promise<SecretBytes> => SecretBytes.fromUtf8(condition === 'refused' ? 'bad' : 'good');
      return createRegistry([erase(kubernetes)])
        .configure({ kubernetes: config })
        .connect({ ...noContext, clock: createFakeClock(), http: api.http, secret }, never);
    },
    store: async (key, value, tags) => {
      api.store(key, value, tags);
      return undefined;
    },
    remove: async (key) => api.remove(key),
    deny: async (key) => api.deny(key),
    impossibleKey: 'Not_The_Name_Of_A_Secret',
    close: () => Promise.resolve(),
  };
}, kubernetesExemptions);
