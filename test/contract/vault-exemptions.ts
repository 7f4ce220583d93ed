import { expect } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, RemoteWrite } from '../../src/provider/contract.ts';
import { type Exemption, exemptionBy } from './provider.contract.ts';

const never = new AbortController().signal;

function pushOf(value: SecretBytes, property: string): RemoteWrite {
  return { remoteKey: 'object', property, secretKey: 'k', value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) }, updatePolicy: 'Replace' };
}

async function readObject(client: ProviderClient): Promise<unknown> {
  const [result] = await client.read([{ key: 'object' }], never);
  return result?.kind === 'value' ? JSON.parse(new TextDecoder().decode(result.value.reveal())) : result?.kind;
}

async function writeMembers(client: ProviderClient): Promise<void> {
  for (const name of ['a', 'b']) expect(await client.write?.(pushOf(SecretBytes.fromUtf8(name), name), never)).toEqual({ kind: 'written' });
}

const onlyTexts = exemptionBy('returns bytes as they were stored, NUL and what is no UTF-8 among them', 'Vault keeps JSON, whose strings are text', async (client) => {
  expect(await client.write?.(pushOf(new SecretBytes(Uint8Array.of(0xff)), 'a'), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
  expect(await readObject(client)).toBe('absent');
});

/** Versions of an engine of version v2 are numbers; what is none is a mistake, and no word about absence. */
const numbersOnly = exemptionBy('says absent for a version that is not there', 'versions are numbers: what is none is invalid, and the number of none is absent', async (client) => {
  await writeMembers(client);
  const results = await client.read([{ key: 'object', version: 'no-such-stage' }, { key: 'object', version: '99' }], never);
  expect(results).toMatchObject([{ kind: 'error', error: { kind: 'invalid' } }, { kind: 'absent' }]);
});

const mark = { custom_metadata: { 'managed-by': 'external-secrets' } };

async function refuses(client: ProviderClient, ref: { readonly version?: string; readonly metadata?: true }): Promise<void> {
  expect(await client.read([{ key: 'a', ...ref }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unsupported' } }]);
}

/** An engine of version v1 keeps one object a key, and nothing beside it. */
const ofVersion1: readonly Exemption[] = [
  exemptionBy('follows a new current value, and finds the old one by its version', 'version v1 keeps one version', (client) => refuses(client, { version: '1' })),
  exemptionBy('says absent for a version that is not there', 'version v1 keeps one version', (client) => refuses(client, { version: 'no-such-stage' })),
  exemptionBy('returns the metadata of a value as a JSON object, and none of the value', 'version v1 keeps no metadata', (client) => refuses(client, { metadata: true })),
  exemptionBy('finds values that have all tags of a query', 'version v1 keeps no metadata', async (client) => {
    await expect(client.find?.({ tags: { team: 'chain' } }, never)).rejects.toMatchObject({ kind: 'unsupported' });
  }),
  exemptionBy('writes properties of one value beside each other', 'the mark of who wrote it stands among them, as External Secrets has it', async (client) => {
    await writeMembers(client);
    expect(await readObject(client)).toEqual({ a: 'a', b: 'b', ...mark });
  }),
  exemptionBy('removes one property and leaves the others; with the last one the value goes', 'the mark of who wrote it stands among them, and goes with the last one', async (client) => {
    await writeMembers(client);
    expect(await client.remove?.({ remoteKey: 'object', property: 'a' }, never)).toEqual({ kind: 'removed' });
    expect(await client.remove?.({ remoteKey: 'object', property: 'a' }, never)).toEqual({ kind: 'absent' });
    expect(await readObject(client)).toEqual({ b: 'b', ...mark });
    expect(await client.remove?.({ remoteKey: 'object', property: 'b' }, never)).toEqual({ kind: 'removed' });
    expect(await readObject(client)).toBe('absent');
  }),
];

/** What the adapter `vault` does not do, wherever its secrets lie. */
export function vaultContractExemptions(version: 'v1' | 'v2'): readonly Exemption[] {
  return [onlyTexts, ...(version === 'v1' ? ofVersion1 : [numbersOnly])];
}
