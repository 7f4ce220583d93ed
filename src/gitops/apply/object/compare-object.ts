import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import type { ApplyResult, SyncRun } from '../sync-run.ts';
import { record } from '../sync-run.ts';
import type { FieldSteps } from './field-steps.ts';
import { ignoredFields, rulesFor, withoutFields } from './ignored-fields.ts';
import { keyOfRef, refKey } from './object-ref.ts';
import type { PreparedObject } from './prepared-object.ts';
import { outcomeOf, sendObject } from './write-object.ts';

/** Without what an apply always touches, what others write, and what the Application ignores: not a difference to Git. */
function comparable(object: KubeObject, ignored: readonly FieldSteps[]): unknown {
  const { status: _status, metadata, ...rest } = object;
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...meta } = metadata;
  return withoutFields({ ...rest, metadata: meta }, ignored);
}

/** Asks the API server what writing the object would make of it; webhooks and defaults are its business, not ours. */
export async function isAsInGit(run: SyncRun, desired: PreparedObject, live: KubeObject): Promise<boolean> {
  try {
    const written = await sendObject(run, desired, live, { dryRun: true });
    const ignored = ignoredFields(rulesFor(run.options.ignored ?? [], desired.ref), live);
    return isDeepStrictEqual(comparable(written, ignored), comparable(live, ignored));
  } catch (error) {
    // what cannot be written (an immutable field) differs; what could not be asked is a failure
    if (isKubeError(error, 'invalid', 'conflict')) return false;
    throw error;
  }
}

/** Tells what is compared, and by which rules, from anything else. */
function comparisonOf({ options }: SyncRun, desired: PreparedObject): string {
  const rules = rulesFor(options.ignored ?? [], desired.ref);
  return rules.length === 0 ? desired.hash : `${desired.hash} ${JSON.stringify(rules)}`;
}

/** Says whether a live object is as Git has it, and writes nothing. Asked once per manifest and resourceVersion. */
export async function compareObject(run: SyncRun, desired: PreparedObject): Promise<ApplyResult> {
  const { cluster, memory, live } = run.deps;
  const key = refKey(desired.ref);
  const hash = comparisonOf(run, desired);
  const known = memory.compared.get(key);
  const seen = live.look(desired.type, keyOfRef(desired.ref));
  if (known !== undefined && known.hash === hash && typeof seen === 'object' && seen.resourceVersion === known.resourceVersion) {
    return report(run, desired, known.same ? 'same' : 'different');
  }
  const found = await cluster.get(desired.type, keyOfRef(desired.ref), run.signal);
  if (found === undefined) return report(run, desired, 'missing');
  const same = await isAsInGit(run, desired, found);
  memory.compared.set(key, { hash, resourceVersion: found.metadata.resourceVersion ?? '', same });
  return report(run, desired, same ? 'same' : 'different');
}

function report(run: SyncRun, desired: PreparedObject, verdict: 'same' | 'different' | 'missing'): ApplyResult {
  const messages = { same: 'unchanged', different: 'differs from Git', missing: 'is not there' };
  const status = verdict === 'same' ? 'Synced' : 'OutOfSync';
  record(run, outcomeOf(desired, { status, change: verdict === 'same' ? 'unchanged' : 'none', message: messages[verdict] }));
  return { kind: 'done' };
}
