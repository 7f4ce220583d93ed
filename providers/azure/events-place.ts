import { z } from 'zod';
import type { PlaceOf } from '../../src/provider/change-notice.ts';

/** As much of `spec.provider.azurekv` as says where values live. */
const azureStore = z.object({ vaultUrl: z.string() });

/** What a vault keeps; a key without one of these before it is a secret. */
const kinds: ReadonlySet<string> = new Set(['secret', 'key', 'cert']);

/** Where a store of Azure Key Vault reads: its vault. Names make no difference between upper and lower case there. */
export const placeOfAzure: PlaceOf = (config) => {
  const parsed = azureStore.safeParse(config);
  const host = parsed.success ? URL.parse(parsed.data.vaultUrl)?.hostname : undefined;
  const vault = host?.split('.', 1)[0]?.toLowerCase();
  if (vault === undefined || vault === '') return undefined;
  return { scope: { vault }, keysOf: (remoteKey) => [azureKey(remoteKey).toLowerCase()], foundAs: (key) => (key.startsWith('secret/') ? [key.slice('secret/'.length)] : []) };
};

function azureKey(remoteKey: string): string {
  return kinds.has(remoteKey.split('/', 1)[0]?.toLowerCase() ?? '') && remoteKey.includes('/') ? remoteKey : `secret/${remoteKey}`;
}
