import { createSemaphore } from '../../src/lib/semaphore.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { goText } from '../../src/provider/go-json.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { findSecrets } from './find.ts';
import type { KvEngine } from './kv-engine.ts';
import { pushValue, removeValue } from './push.ts';
import type { VaultSession } from './session.ts';

const batchSize = 20;
/** Requests side by side within one batch: Vault has none that gets several secrets. */
const requestsAtOnce = 8;

/** Reads and writes the secrets of one key-value engine. Telling versions would cost a request for each secret, as reading does. */
export function createVaultClient(engine: KvEngine, session: VaultSession): ProviderClient {
  return {
    batchSize,
    read: (refs, signal) => readAll(engine, refs, signal),
    find: (query, signal) => findSecrets(engine, query, signal),
    write: (write, signal) => asResult(() => pushValue(engine, write, signal)),
    remove: (place, signal) => asResult(() => removeValue(engine, place, signal)),
    validate: async (signal) => {
      await session.lookUp(signal);
      return 'valid';
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** What is asked for twice is read once. */
async function readAll(engine: KvEngine, refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
  signal.throwIfAborted();
  const turns = createSemaphore(requestsAtOnce);
  const reads = new Map<string, Promise<ReadResult>>();
  const readOnce = (ref: RemoteRef): Promise<ReadResult> => {
    const { key, version = '', metadata = false } = ref;
    const name = JSON.stringify([key, version, metadata]);
    const read = reads.get(name) ?? asResult(() => turns.run(() => readOne(engine, ref, signal), signal));
    reads.set(name, read);
    return read;
  };
  return Promise.all(refs.map(readOnce));
}

async function readOne(engine: KvEngine, { key, version, metadata }: RemoteRef, signal: AbortSignal): Promise<ReadResult> {
  if (metadata === true) return readMetadata(engine, key, signal);
  if (version !== undefined && engine.mount.version === 'v1') throw new ProviderError('unsupported', 'version: a key-value engine of version v1 keeps one version of a secret only');
  if (version !== undefined && !/^[0-9]{1,15}$/.test(version)) throw new ProviderError('invalid', 'version: versions of Vault are numbers');
  const read = await engine.read(key, version, signal);
  if (read === undefined) return { kind: 'absent' };
  return { kind: 'value', value: SecretBytes.fromUtf8(goText(read.object, 'as-written')), ...(read.version === undefined ? {} : { version: read.version }) };
}

/** As External Secrets has it: one flat object of texts, in which what users have said comes before what Vault says. */
async function readMetadata(engine: KvEngine, key: string, signal: AbortSignal): Promise<ReadResult> {
  if (engine.mount.version === 'v1') throw new ProviderError('unsupported', 'metadataPolicy: a key-value engine of version v1 keeps no metadata');
  const metadata = await engine.metadata(key, signal);
  if (metadata === undefined) return { kind: 'absent' };
  return { kind: 'value', value: SecretBytes.fromUtf8(goText(JSON.stringify({ ...metadata.system, ...metadata.custom }), 'as-written')) };
}
