import type { ProviderClient, RemotePlace, RemoteRef } from '../../src/provider/contract.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { findSecrets } from './find-secrets.ts';
import { orError } from './or-error.ts';
import { SecretPush } from './push-secrets.ts';
import { mostSecrets, SecretReader } from './read-secrets.ts';
import { SecretVersions } from './secret-versions.ts';
import type { SecretDeletion } from './secret-writes.ts';
import { createSecretWrites } from './secret-writes.ts';
import { createSecretsManager } from './secrets-manager.ts';
import type { SignedCalls } from './signed-calls.ts';

export interface SecretsClientOptions {
  readonly calls: SignedCalls;
  /** Put before every key. */
  readonly prefix: string;
  readonly deletion: SecretDeletion;
  readonly clock: Clock;
}

/** What AWS takes of BatchGetSecretValue, and of ListSecrets, from an account in a region. */
const rate = { perSecond: 100, burst: 50 };

/** Loads the SDK, on first use only, and connects to Secrets Manager. Nothing is sent yet. */
export async function connectSecrets({ calls, prefix, deletion, clock }: SecretsClientOptions): Promise<Omit<ProviderClient, 'validate'>> {
  const sdk = await import('@aws-sdk/client-secrets-manager');
  const client = new sdk.SecretsManagerClient(calls.config);
  const service = createSecretsManager(sdk, client, calls);
  const reader = new SecretReader({ service, clock });
  const versions = new SecretVersions({ service, clock });
  const push = new SecretPush({ service, writes: createSecretWrites(sdk, client, calls), deletion });
  const prefixed = (refs: readonly RemoteRef[]): readonly RemoteRef[] => refs.map((ref) => ({ ...ref, key: prefix + ref.key }));
  const idOf = ({ remoteKey }: RemotePlace): string => prefix + remoteKey;
  return {
    batchSize: mostSecrets,
    rate,
    read: (refs, signal) => reader.read(prefixed(refs), signal),
    versions: (refs, signal) => versions.of(prefixed(refs), signal),
    find: (query, signal) => findSecrets(service, reader, query, signal),
    write: (write, signal) => orError(() => push.write(idOf(write), write, signal), signal),
    remove: (place, signal) => orError(() => push.remove(idOf(place), place, signal), signal),
    [Symbol.asyncDispose]: () => Promise.resolve(client.destroy()),
  };
}
