import { createSemaphore } from '../../src/lib/semaphore.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { FindQuery, FoundValue, ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { DopplerApi, Download } from './api.ts';
import type { DopplerConfig } from './config.ts';
import { removeSecret, writeSecret } from './push.ts';

export interface DopplerClientOptions {
  readonly api: DopplerApi;
  readonly config: Pick<DopplerConfig, 'nameTransformer' | 'format'>;
  readonly close: () => void;
}

/** One download serves them all. */
const batchSize = 1000;
/** Single secrets asked for side by side. */
const singlesAtOnce = 4;
/** Upstream's name for the one value that a search gives with `format`. */
const fileKey = 'DOPPLER_SECRETS_FILE';

/** The state of a config that was read: what it is called, and what is in it. */
interface State {
  readonly etag: string;
  readonly names: ReadonlySet<string>;
}

/** Reads a config as a whole, however much of it is asked for: that is one call, and tells by its ETag whether anything has changed. */
export function createDopplerClient({ api, config, close }: DopplerClientOptions): ProviderClient {
  let last: State | undefined;

  function learn({ etag, secrets }: Download): State | undefined {
    last = etag === undefined ? undefined : { etag, names: new Set(secrets.keys()) };
    return last;
  }

  return {
    batchSize,
    read: async (refs, signal) => {
      signal.throwIfAborted();
      if (!refs.some((ref) => refusalOf(ref) === undefined)) return refs.map((ref) => refusalOf(ref) ?? { kind: 'absent' });
      const downloaded = await asResult(() => api.download({}, signal));
      // what is wrong with the store is each one's result: a throw says that one of them spoils the batch
      if ('kind' in downloaded) return refs.map((ref) => refusalOf(ref) ?? downloaded);
      learn(downloaded);
      const singly = await askSingly(api, refs.flatMap((ref) => (refusalOf(ref) === undefined && !downloaded.secrets.has(ref.key) ? [ref.key] : [])), signal);
      return refs.map((ref) => refusalOf(ref) ?? valueIn(downloaded, ref.key) ?? singly.get(ref.key) ?? { kind: 'absent' });
    },
    versions: async (refs, signal) => {
      const known = last;
      if (known === undefined) return refs.map(() => undefined);
      const downloaded = await api.downloadUnless(known.etag, signal);
      // another call may have learnt of another state meanwhile
      const present = downloaded === undefined ? known : learn(downloaded);
      return refs.map((ref) => (refusalOf(ref) === undefined && present?.names.has(ref.key) === true ? present.etag : undefined));
    },
    find: (query, signal) => find(api, config, query, signal),
    write: (write, signal) => asResult(() => writeSecret(api, write, signal)),
    remove: (place, signal) => asResult(() => removeSecret(api, place, signal)),
    validate: async (signal) => {
      await api.requireConfig(signal);
      return 'valid';
    },
    [Symbol.asyncDispose]: () => Promise.resolve(close()),
  };
}

function refusalOf({ key, version, metadata }: RemoteRef): ReadResult | undefined {
  if (version !== undefined && version !== '') return { kind: 'error', error: new ProviderError('unsupported', 'version: Doppler gives the present value of a secret only') };
  if (metadata === true) return { kind: 'error', error: new ProviderError('unsupported', 'metadataPolicy: secrets of Doppler have no metadata that could be read') };
  return key === '' ? { kind: 'error', error: new ProviderError('invalid', 'the key is empty') } : undefined;
}

function valueIn({ secrets, etag }: Download, key: string): ReadResult | undefined {
  const value = secrets.get(key);
  return value === undefined ? undefined : { kind: 'value', value: SecretBytes.fromUtf8(value), ...(etag === undefined ? {} : { version: etag }) };
}

/** What a download does not hold may be hidden from this token: whether it is absent, Doppler is asked itself. */
async function askSingly(api: DopplerApi, names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
  const turns = createSemaphore(singlesAtOnce);
  return new Map(await Promise.all([...new Set(names)].map(async (name) => [name, await asResult(() => turns.run(() => askOne(api, name, signal), signal))] as const)));
}

async function askOne(api: DopplerApi, name: string, signal: AbortSignal): Promise<ReadResult> {
  const secret = await api.secret(name, signal);
  switch (secret.kind) {
    case 'value':
      return { kind: 'value', value: SecretBytes.fromUtf8(secret.computed) };
    case 'hidden':
      throw new ProviderError('denied', 'Doppler does not show this token the value: its visibility is restricted');
    default:
      return { kind: 'absent' };
  }
}

async function find(api: DopplerApi, { nameTransformer, format }: DopplerClientOptions['config'], { name, path = '', tags }: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  if (tags !== undefined) throw new ProviderError('unsupported', 'find.tags: secrets of Doppler have no tags');
  const query = nameTransformer === undefined ? {} : { name_transformer: nameTransformer };
  const found = format === undefined ? await findEach(api, query, signal) : [{ key: fileKey, value: new SecretBytes(await api.downloadFile(format, query, signal)) }];
  return found.filter(({ key }) => key.startsWith(path) && (name?.matches(key) ?? true));
}

async function findEach(api: DopplerApi, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly FoundValue[]> {
  const { secrets } = await api.download(query, signal);
  // every config has some that say which it is
  if (secrets.size === 0) throw new ProviderError('unavailable', 'Doppler answers without any secret, and every config has some');
  return Array.from(secrets, ([key, value]) => ({ key, value: SecretBytes.fromUtf8(value) }));
}
