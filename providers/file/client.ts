import { untilAborted } from '../../src/lib/until-aborted.ts';
import type { FindQuery, FoundValue, ProviderClient, ReadResult, RemoteRef, Validation } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { fileError } from './errors.ts';
import { checkKey } from './file-key.ts';
import { findFiles } from './find.ts';
import { readFileBelow, versionBelow } from './safe-open.ts';

/** One batch is one visit to the directory; the files of it are read one after the other, since the process has few threads for files. */
const batchSize = 50;

/**
 * Reads the files of one directory.
 * @param open the directory's real path, anew for every call; ProviderError where it may not be read
 */
export function createFileClient(open: () => Promise<string>): ProviderClient {
  return {
    batchSize,
    read: (refs, signal) => bounded(() => readAll(open, refs, signal), signal),
    versions: (refs, signal) => bounded(() => versionsOf(open, refs, signal), signal),
    find: (query, signal) => bounded(() => find(open, query, signal), signal),
    validate: (signal) =>
      bounded(async (): Promise<Validation> => {
        await open();
        return 'valid';
      }, signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A file of a network that is down answers never: whoever waits is let go, though the system waits on. */
async function bounded<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return untilAborted(act(), signal);
}

async function readAll(open: () => Promise<string>, refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly ReadResult[]> {
  if (refs.length === 0) return [];
  const root = await open();
  const results: ReadResult[] = [];
  for (const ref of refs) {
    signal.throwIfAborted();
    results.push(await readOne(root, ref));
  }
  return results;
}

async function readOne(root: string, { key, version, metadata }: RemoteRef): Promise<ReadResult> {
  if (version !== undefined) return failure('version: a directory keeps one version of a file only');
  if (metadata === true) return failure('metadataPolicy: files have neither labels nor tags');
  try {
    const content = await readFileBelow(root, checkKey(key));
    return content === undefined ? { kind: 'absent' } : { kind: 'value', ...content };
  } catch (thrown) {
    const error = fileError(thrown, JSON.stringify(key));
    if (error instanceof ProviderError) return { kind: 'error', error };
    throw error;
  }
}

function failure(message: string): ReadResult {
  return { kind: 'error', error: new ProviderError('unsupported', message) };
}

/** What cannot be told is read, which tells why. */
async function versionsOf(open: () => Promise<string>, refs: readonly RemoteRef[], signal: AbortSignal): Promise<readonly (string | undefined)[]> {
  const root = await open();
  const versions: (string | undefined)[] = [];
  for (const { key, version, metadata } of refs) {
    signal.throwIfAborted();
    const isPlain = version === undefined && metadata !== true;
    versions.push(isPlain ? await versionOf(root, key) : undefined);
  }
  return versions;
}

async function versionOf(root: string, key: string): Promise<string | undefined> {
  try {
    return await versionBelow(root, checkKey(key));
  } catch {
    return undefined;
  }
}

async function find(open: () => Promise<string>, query: FindQuery, signal: AbortSignal): Promise<readonly FoundValue[]> {
  return findFiles(await open(), query, signal);
}
