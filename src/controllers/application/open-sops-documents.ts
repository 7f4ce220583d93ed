import { formatKey, type ObjectKey } from '../../api/object.ts';
import type { SyncDeps } from '../../gitops/apply/sync-run.ts';
import type { Plan, SopsSource } from '../../gitops/plan/plan.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import { openDataKey } from '../../seal/sops/data-key.ts';
import { readKeyBundle } from '../../seal/sops/keys/key-bundle.ts';
import { createOpenKey, type KeyServices } from '../../seal/sops/keys/open-key.ts';
import { openSops } from '../../seal/sops/open-sops.ts';
import { readSops, type SopsDocument } from '../../seal/sops/read-sops.ts';
import { SopsError } from '../../seal/sops/sops-error.ts';
import { secretValues } from '../../secret/live-secret.ts';

export interface SopsDocumentsOptions {
  readonly cluster: Pick<Cluster, 'get'>;
  /** The Secret with the keys, in the destination's namespace: the only one that is read. */
  readonly keys: Required<ObjectKey>;
  readonly services: KeyServices;
}

/** Whether any object of a plan is encrypted with SOPS. */
export function holdsSops({ phases }: Plan): boolean {
  return phases.some(({ objects }) => objects.some(({ sops, sopsEntries }) => sops !== undefined || sopsEntries !== undefined));
}

/**
 * Decrypts the documents of one pass: the Secret with the keys is read once, when the first document asks for it, and each file is
 * opened once however many objects it holds. Nothing is kept beyond the pass.
 */
export function createSopsDocuments(options: SopsDocumentsOptions): NonNullable<SyncDeps['openSops']> {
  const files = new Map<Uint8Array, Promise<readonly SopsDocument[]>>();
  let keys: Promise<ReturnType<typeof readKeyBundle>> | undefined;

  async function openFile({ content, format }: SopsSource, signal: AbortSignal): Promise<readonly SopsDocument[]> {
    const file = readSops(content, format);
    keys ??= readKeys(options, signal);
    const bundle = await keys;
    try {
      const dataKey = await openDataKey(file.metadata, createOpenKey(bundle, options.services), signal);
      return openSops(file, dataKey);
    } catch (error) {
      if (!(error instanceof SopsError) || error.kind === 'document') throw error;
      const problems = bundle.problems.length === 0 ? '' : `; of Secret ${formatKey(options.keys)}, ${bundle.problems.slice(0, 3).join('; ')}`;
      throw new SopsError(error.kind, `${error.message}${problems}`);
    }
  }

  return async (source, signal) => {
    const opened = files.get(source.content) ?? openFile(source, signal);
    files.set(source.content, opened);
    const document = (await opened)[source.document];
    if (document === undefined) throw new SopsError('document', 'the file has fewer documents than it had');
    return document;
  };
}

async function readKeys({ cluster, keys }: SopsDocumentsOptions, signal: AbortSignal): Promise<ReturnType<typeof readKeyBundle>> {
  const secret = await cluster.get(secretType, keys, signal);
  if (secret === undefined) throw new SopsError('key', `Secret ${formatKey(keys)}, which should hold the keys, is not there; create it, or name another in prelude.dev/sops-keys of the Application`);
  return readKeyBundle(secretValues(secret));
}
