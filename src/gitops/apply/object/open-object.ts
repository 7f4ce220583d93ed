import type { KubeObject } from '../../../api/object.ts';
import { printYaml } from '../../../lib/yaml-print.ts';
import { revealData, revealFile } from '../../../seal/sops/plain-data.ts';
import type { SopsDocument } from '../../../seal/sops/read-sops.ts';
import { SopsError } from '../../../seal/sops/sops-error.ts';
import { fieldAt } from '../../health/live-field.ts';
import type { SopsEntry, SopsSource } from '../../plan/plan.ts';
import type { SyncRun } from '../sync-run.ts';
import type { PreparedObject } from './prepared-object.ts';

/**
 * An object as it is to be written: decrypted, where it is encrypted with SOPS, or holds files that are. Its metadata is what was planned,
 * which is never encrypted; what was decrypted must be the object that was planned.
 * @throws SopsError
 */
export async function openObject(run: Pick<SyncRun, 'deps' | 'signal'>, { object, sops, sopsEntries }: PreparedObject): Promise<KubeObject> {
  if (sops !== undefined) return whole(object, revealData((await open(run, sops)).root));
  let opened = object;
  for (const entry of sopsEntries ?? []) opened = withEntry(opened, entry, await open(run, entry.source));
  return opened;
}

async function open({ deps, signal }: Pick<SyncRun, 'deps' | 'signal'>, source: SopsSource): Promise<SopsDocument> {
  if (deps.openSops === undefined) throw new SopsError('key', 'documents of SOPS are not decrypted here');
  return deps.openSops(source, signal);
}

function whole(object: KubeObject, opened: unknown): KubeObject {
  if (typeof opened !== 'object' || opened === null || fieldAt(opened, 'kind') !== object.kind || fieldAt(opened, 'metadata', 'name') !== object.metadata.name) {
    throw new SopsError('document', 'what was decrypted is another object than the file shows');
  }
  const fields = Object.entries(opened).filter(([field]) => field !== 'status');
  return { ...Object.fromEntries(fields), apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
}

function withEntry(object: KubeObject, { field, key, source }: SopsEntry, { root }: SopsDocument): KubeObject {
  const values = object[field];
  if (typeof values !== 'object' || values === null) return object;
  const bytes = Buffer.from(fileOf(source.format, root));
  return { ...object, [field]: { ...values, [key]: bytes.toString(field === 'data' ? 'base64' : 'utf8') } };
}

function fileOf(format: SopsSource['format'], root: SopsDocument['root']): Uint8Array {
  if (format === 'binary' || format === 'dotenv') return revealFile(root, format);
  return Buffer.from(format === 'json' ? `${JSON.stringify(revealData(root), undefined, 2)}\n` : printYaml(revealData(root)), 'utf8');
}
