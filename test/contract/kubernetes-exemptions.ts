import { expect } from 'vitest';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { type Exemption, exemptionBy } from './provider.contract.ts';

const never = new AbortController().signal;

const oneVersion = 'the API server keeps one version';

async function refusesVersions(client: ProviderClient): Promise<void> {
  expect(await client.read([{ key: 'a', version: '1' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
}

/** What the adapter `kubernetes` does not do, wherever its Secrets lie. */
export const kubernetesExemptions: readonly Exemption[] = [
  exemptionBy('follows a new current value, and finds the old one by its version', oneVersion, refusesVersions),
  exemptionBy('says absent for a version that is not there', oneVersion, refusesVersions),
  {
    clause: 'finds values below a path',
    because: 'names of Secrets have no paths; a path says nothing, as in External Secrets',
    instead: async (bench) => {
      await bench.store('anything', Buffer.from('v'));
      await using client = await bench.connect();
      expect((await client.find?.({ path: 'below/' }, never))?.map(({ key }) => key)).toEqual(['anything']);
    },
  },
  {
    clause: "neither overwrites nor removes what is somebody else's",
    because: 'a Secret belongs to many: keys are pushed beside those of others, as in External Secrets; a whole Secret of somebody else stays',
    instead: async (bench) => {
      await bench.store('theirs', Buffer.from('v'));
      await using client = await bench.connect();
      expect(await client.remove?.({ remoteKey: 'theirs' }, never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
      expect((await client.read([{ key: 'theirs' }], never))[0]?.kind).toBe('value');
    },
  },
];
