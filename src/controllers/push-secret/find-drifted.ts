import type { SecretBytes } from '../../lib/secret-bytes.ts';
import type { ReadResult, RemoteWrite } from '../../provider/contract.ts';
import { extractMap } from '../../provider/property.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import type { StoreHandle, StoreReader } from '../../provider/store-reader.ts';

/**
 * Reads what was pushed before and finds what is not there any more as it was, or cannot be told from something else: to write it again is
 * never wrong. A store that cannot be read is trusted.
 * @throws the signal's reason
 */
export async function findDrifted<T extends { readonly write: RemoteWrite }>(store: StoreHandle, pushed: readonly T[], reader: Pick<StoreReader, 'read'>, signal: AbortSignal): Promise<readonly T[]> {
  const keys = [...new Set(pushed.map(({ write }) => write.remoteKey))];
  const results = await reader.read(store, keys.map((key) => ({ key })), signal);
  const found = new Map(keys.map((key, index) => [key, results[index]]));
  return pushed.filter(({ write }) => !isHeld(write, found.get(write.remoteKey)));
}

function isHeld({ property, value, updatePolicy }: RemoteWrite, result: ReadResult | undefined): boolean {
  if (result === undefined || result.kind === 'absent') return false;
  if (result.kind === 'error') return result.error.kind === 'unsupported';
  const held = property === undefined ? result.value : memberOf(result.value, property);
  if (held === undefined) return false;
  return updatePolicy === 'IfNotExists' || held.equals(value);
}

function memberOf(value: SecretBytes, property: string): SecretBytes | undefined {
  try {
    return extractMap(value).get(property);
  } catch (error) {
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
