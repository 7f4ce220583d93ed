import type { Clock } from '../../src/lib/clock.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { KubernetesApi } from './api.ts';
import { findSecrets } from './find.ts';
import { PushTarget } from './push.ts';
import { checkAccess } from './review.ts';
import { dataOf, metadataOf, type SecretDocument } from './secret-document.ts';
import { SecretVersions } from './secret-versions.ts';
import { RemoteSecrets } from './secrets.ts';

export interface KubernetesClientOptions {
  readonly api: KubernetesApi;
  readonly remoteNamespace: string;
  /** Whether a push may name another namespace than the store's. */
  readonly mayLeaveNamespace: boolean;
  readonly clock: Clock;
}

const batchSize = 20;
/** Requests side by side within one batch: the API has none that gets several by name. */
const requestsAtOnce = 8;

/** Reads and writes the Secrets of one namespace. */
export function createKubernetesClient({ api, remoteNamespace, mayLeaveNamespace, clock }: KubernetesClientOptions): ProviderClient {
  const secrets = new RemoteSecrets(api, remoteNamespace);
  const versions = new SecretVersions(secrets, clock);
  const target = new PushTarget(api, { remoteNamespace, mayLeaveNamespace });
  return {
    batchSize,
    read: (refs, signal) => readAll(secrets, refs, signal),
    versions: (refs, signal) => versions.of(refs, signal),
    find: (query, signal) => findSecrets(secrets, query, signal),
    write: (write, signal) => asResult(() => target.write(write, signal)),
    remove: (place, signal) => asResult(() => target.remove(place, signal)),
    validate: async (signal) => {
      await checkAccess(api, remoteNamespace, signal);
      return 'valid';
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Each Secret is asked for once, whatever is wanted of it. */
async function readAll(secrets: RemoteSecrets, refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
  signal.throwIfAborted();
  const turns = createSemaphore(requestsAtOnce);
  const names = new Set(refs.filter(({ version }) => version === undefined).map(({ key }) => key));
  const read = await Promise.all([...names].map(async (name) => [name, await asResult(() => turns.run(() => readOne(secrets, name, signal), signal))] as const));
  const found = new Map(read);
  return refs.map((ref) => resultOf(ref, found.get(ref.key)));
}

type Found = { readonly kind: 'found'; readonly document: SecretDocument } | { readonly kind: 'absent' } | { readonly kind: 'error'; readonly error: ProviderError };

async function readOne(secrets: RemoteSecrets, name: string, signal: AbortSignal): Promise<Found> {
  const document = await secrets.get(name, signal);
  return document === undefined ? { kind: 'absent' } : { kind: 'found', document };
}

function resultOf({ version, metadata }: RemoteRef, found: Found | undefined): ReadResult {
  if (version !== undefined) return { kind: 'error', error: new ProviderError('unsupported', 'version: the API server keeps one version of a Secret only') };
  if (found?.kind !== 'found') return found ?? { kind: 'absent' };
  const { document } = found;
  const { resourceVersion } = document.metadata;
  return { kind: 'value', value: metadata === true ? metadataOf(document) : dataOf(document), ...(resourceVersion === undefined ? {} : { version: resourceVersion }) };
}
