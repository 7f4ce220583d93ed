import { choicesFor, type SyncChoices } from '../../../api/sync-option.ts';
import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import { isPlaceOfOthers } from '../prune/prune.ts';
import { stampIn } from '../rollout/rollout-stamp.ts';
import { fieldManager, formatOrigin, record, say, tell } from '../sync-run.ts';
import type { ApplyResult, ObjectOutcome, SyncRun } from '../sync-run.ts';
import { ignoredFields, rulesFor, withLiveFields } from './ignored-fields.ts';
import { contentOf } from './live-view.ts';
import type { LiveObject } from './live-view.ts';
import { holdsSecrets } from './may-quote.ts';
import { formatRef, keyOfRef, refKey } from './object-ref.ts';
import { openObject } from './open-object.ts';
import type { PreparedObject } from './prepared-object.ts';

/** Marks for which operation an object was made again that says Force=true,Replace=true, so that it is once in each. */
const recreatedAnnotation = 'prelude.dev/recreated-for';

const done: ApplyResult = { kind: 'done' };

/** What became of an object that is no hook. */
export function outcomeOf(desired: PreparedObject, more: Pick<ObjectOutcome, 'status' | 'change' | 'message'>): ObjectOutcome {
  return { ref: desired.ref, phase: desired.phase, wave: desired.wave, hook: undefined, ...more };
}

/** Puts on record that an object is as Git has it. */
export function unchanged(run: SyncRun, desired: PreparedObject): ApplyResult {
  record(run, outcomeOf(desired, { status: 'Synced', change: 'unchanged', message: 'unchanged' }));
  say(run, { phase: desired.phase, kind: 'object', message: 'unchanged', object: desired.ref });
  return done;
}

/** Puts on record why an object could not be brought to what Git says. */
export function failed(run: SyncRun, desired: PreparedObject, reason: string, shared?: true): ApplyResult {
  const message = `${formatRef(desired.ref)} (${formatOrigin(desired.origin)}): ${reason}`;
  record(run, { ...outcomeOf(desired, { status: 'SyncFailed', change: 'none', message: reason }), ...(shared === undefined ? {} : { shared }) });
  say(run, { phase: desired.phase, kind: 'failed', message: reason, object: desired.ref });
  return { kind: 'failed', message };
}

/** Puts on record what an object waits for. */
export function waits(run: SyncRun, desired: PreparedObject, message: string): ApplyResult {
  record(run, outcomeOf(desired, { status: 'OutOfSync', change: 'none', message }));
  return { kind: 'waiting', message };
}

/** What the object and its Application say about how it is written. */
export function choicesOf(run: Pick<SyncRun, 'options'>, { object }: PreparedObject): SyncChoices {
  return choicesFor(object.metadata.annotations, run.options.choices ?? {});
}

/** Argo CD's `Force=true,Replace=true`: deleted and made again in each sync, as a Job has to be that is to run in each. */
export function isRecreated({ force, replace }: SyncChoices): boolean {
  return force === true && replace === true;
}

/** Whether an object has to be made again in this operation. */
export function mustRecreate(run: SyncRun, desired: PreparedObject, live: LiveObject): boolean {
  return run.options.mode === 'sync' && isRecreated(choicesOf(run, desired)) && live.annotations[recreatedAnnotation] !== run.options.operation;
}

/** The objects that this operation has replaced. */
function replacedIn({ options: { operation }, deps: { memory } }: SyncRun): Set<string> {
  if (memory.replaced?.operation !== operation) memory.replaced = { operation, objects: new Set() };
  return memory.replaced.objects;
}

/**
 * Whether an object is put in the place of the live one: once in an operation. To do so again and again, or to heal that way, would be an
 * endless fight with whoever has a field of it, as an autoscaler has.
 */
export function isReplaced(run: SyncRun, desired: PreparedObject): boolean {
  const choices = choicesOf(run, desired);
  return run.options.mode === 'sync' && choices.replace === true && !isRecreated(choices) && !replacedIn(run).has(refKey(desired.ref));
}

/** Remembers what a write left, so that nothing is asked or written while it stays so. How the object fared before says nothing any more. */
export function remember(run: SyncRun, desired: PreparedObject, written: KubeObject): void {
  const { uid = '', resourceVersion = '', generation } = written.metadata;
  const content = desired.type.statusSubresource || generation === undefined ? {} : { content: contentOf(written) };
  run.deps.memory.applied.set(refKey(desired.ref), { hash: desired.hash, uid, resourceVersion, generation, stamp: stampIn(desired.object.metadata.annotations), ...content });
  run.deps.memory.confirmed.delete(refKey(desired.ref));
}

function marked(run: SyncRun, object: KubeObject, live: KubeObject | undefined): KubeObject {
  const operation = run.options.mode === 'sync' ? run.options.operation : live?.metadata.annotations?.[recreatedAnnotation];
  if (operation === undefined) return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [recreatedAnnotation]: operation } } };
}

/**
 * What is written of an object: decrypted, with the fields that are to stay as they are.
 * @param live the whole live object, where it has any say
 */
async function manifestFor(run: SyncRun, desired: PreparedObject, live: KubeObject | undefined): Promise<KubeObject> {
  const choices = choicesOf(run, desired);
  const opened = await openObject(run, desired);
  const object = isRecreated(choices) ? marked(run, opened, live) : opened;
  if (live === undefined || choices.respectIgnored !== true) return object;
  return withLiveFields(object, live, ignoredFields(rulesFor(run.options.ignored ?? [], desired.ref), live));
}

/**
 * Sends an object to the API server: applied, or where its options say Replace put in the place of the live one.
 * @param live the whole live object, where it has any say
 */
export async function sendObject(run: SyncRun, desired: PreparedObject, live: KubeObject | undefined, more: { readonly dryRun?: true } = {}): Promise<KubeObject> {
  const { cluster } = run.deps;
  const manifest = await manifestFor(run, desired, live);
  const options = { fieldManager, holdsValues: holdsSecrets(desired), ...more };
  if (live === undefined || more.dryRun === true || !isReplaced(run, desired)) return cluster.apply(desired.type, manifest, { ...options, force: true }, run.signal);
  const { uid, resourceVersion } = live.metadata;
  const status = desired.type.statusSubresource || live['status'] === undefined ? {} : { status: live['status'] };
  const identity = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return cluster.update(desired.type, { ...manifest, ...status, metadata: { ...manifest.metadata, ...identity } }, options, run.signal);
}

function changeOf(before: LiveObject | undefined, after: KubeObject): 'created' | 'configured' | 'unchanged' {
  if (before === undefined || before.uid !== after.metadata.uid) return 'created';
  return before.resourceVersion === after.metadata.resourceVersion ? 'unchanged' : 'configured';
}

/** The live object as it was read: its metadata, and the whole of it where that was asked for. */
export interface Before {
  readonly seen: LiveObject;
  readonly whole?: KubeObject;
}

/** Writes an object, and puts on record what that changed. */
export async function writeObject(run: SyncRun, desired: PreparedObject, before?: Before): Promise<ApplyResult> {
  let after: KubeObject;
  try {
    after = await sendObject(run, desired, before?.whole);
  } catch (error) {
    // what the API server does not let change can only be made anew
    if (before !== undefined && isKubeError(error, 'invalid') && choicesOf(run, desired).force === true) return recreateObject(run, desired, before.seen);
    throw error;
  }
  remember(run, desired, after);
  if (isReplaced(run, desired)) replacedIn(run).add(refKey(desired.ref));
  const change = changeOf(before?.seen, after);
  if (change === 'unchanged') return unchanged(run, desired);
  const message = run.options.mode === 'heal' ? `healed: ${before === undefined ? 'made again' : 'put back to what Git says'}` : change;
  record(run, outcomeOf(desired, { status: 'Synced', change, message }));
  tell(run, { phase: desired.phase, kind: 'object', message, object: desired.ref });
  return done;
}

/**
 * Asks whether the API server would take the object if nothing had its name: it looks at the object first, and at the name last.
 * @throws KubeError where it would not
 */
async function askForRoom(run: SyncRun, desired: PreparedObject): Promise<void> {
  const manifest = await manifestFor(run, desired, undefined);
  try {
    await run.deps.cluster.create(desired.type, manifest, { fieldManager, holdsValues: holdsSecrets(desired), dryRun: true }, run.signal);
  } catch (error) {
    if (!isKubeError(error, 'exists')) throw error;
  }
}

/** Deletes an object and makes it again, now or once it is gone; but not where it could not be made again, which would leave nothing. */
export async function recreateObject(run: SyncRun, desired: PreparedObject, { uid }: LiveObject): Promise<ApplyResult> {
  const { cluster, memory } = run.deps;
  const name = formatRef(desired.ref);
  if (isPlaceOfOthers(desired.ref)) return failed(run, desired, `${name} is not deleted to be made again: everything in it would go with it; take Force=true off it`);
  await askForRoom(run, desired);
  memory.applied.delete(refKey(desired.ref));
  await cluster.delete(desired.type, keyOfRef(desired.ref), { uid, propagation: 'Background' }, run.signal);
  const left = await cluster.get(desired.type, keyOfRef(desired.ref), run.signal, { metadataOnly: true });
  return left === undefined ? writeObject(run, desired) : waits(run, desired, `${name} is being deleted; it is made again once it is gone`);
}
