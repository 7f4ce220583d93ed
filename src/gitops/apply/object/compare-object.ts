import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import { keyOfRef, refKey } from './object-ref.ts';
import { holdsSecrets } from './may-quote.ts';
import { openObject } from './open-object.ts';
import type { PreparedObject } from './prepared-object.ts';
import { fieldManager, record } from '../sync-run.ts';
import type { ApplyResult, SyncRun } from '../sync-run.ts';

/** What an apply always touches, and what others write: not a difference to Git. */
function comparable(object: KubeObject): unknown {
  const { status: _status, metadata, ...rest } = object;
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...meta } = metadata;
  return { ...rest, metadata: meta };
}

/** Asks the API server what an apply would make of the object; webhooks and defaults are its business, not ours. */
async function matches(run: SyncRun, desired: PreparedObject, live: KubeObject): Promise<boolean> {
  const wanted = await openObject(run, desired);
  try {
    const options = { fieldManager, force: true, dryRun: true, holdsValues: holdsSecrets(desired) };
    const applied = await run.deps.cluster.apply(desired.type, wanted, options, run.signal);
    return isDeepStrictEqual(comparable(applied), comparable(live));
  } catch (error) {
    // what cannot be applied (an immutable field) differs; what could not be asked is a failure
    if (isKubeError(error, 'invalid', 'conflict')) return false;
    throw error;
  }
}

/** Says whether a live object is as Git has it, and writes nothing. Asked once per manifest and resourceVersion. */
export async function compareObject(run: SyncRun, desired: PreparedObject): Promise<ApplyResult> {
  const { cluster, memory, live } = run.deps;
  const key = refKey(desired.ref);
  const known = memory.compared.get(key);
  const seen = live.look(desired.type, keyOfRef(desired.ref));
  if (known !== undefined && known.hash === desired.hash && typeof seen === 'object' && seen.resourceVersion === known.resourceVersion) {
    return report(run, desired, known.same ? 'same' : 'different');
  }
  const found = await cluster.get(desired.type, keyOfRef(desired.ref), run.signal);
  if (found === undefined) return report(run, desired, 'missing');
  const same = await matches(run, desired, found);
  memory.compared.set(key, { hash: desired.hash, resourceVersion: found.metadata.resourceVersion ?? '', same });
  return report(run, desired, same ? 'same' : 'different');
}

function report(run: SyncRun, desired: PreparedObject, verdict: 'same' | 'different' | 'missing'): ApplyResult {
  const { ref, phase, wave } = desired;
  const messages = { same: 'unchanged', different: 'differs from Git', missing: 'is not there' };
  const status = verdict === 'same' ? 'Synced' : 'OutOfSync';
  record(run, { ref, phase, wave, hook: undefined, status, change: verdict === 'same' ? 'unchanged' : 'none', message: messages[verdict] });
  return { kind: 'done' };
}
