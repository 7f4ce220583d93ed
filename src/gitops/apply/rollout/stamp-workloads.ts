import { createHash } from 'node:crypto';
import { formatKey, type KubeObject, type ObjectKey } from '../../../api/object.ts';
import { secretType } from '../../../kube/resource-types.ts';
import { fieldAt } from '../../health/live-field.ts';
import { runtimeProducts } from '../../plan/declare/runtime-products.ts';
import { fieldsOf } from '../../plan/needs/field.ts';
import { keyOfRef, refKey } from '../object/object-ref.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { runAll } from '../run-all.ts';
import type { SecretDigest } from '../sync-memory.ts';
import type { SyncRun } from '../sync-run.ts';
import { isVersionIn } from '../values/read-value-sources.ts';
import { type ConsumedSecret, consumedSecrets, rolls } from './consumed-secrets.ts';
import type { RolloutKey } from './rollout-key.ts';
import { type ConsumedNow, consumedAnnotation, decideStamp, parseConsumed, rollAnnotation, type RolloutStamp, rotationAnnotation, stampIn } from './rollout-stamp.ts';

/**
 * Has workloads say which state of their Secrets they run with, so that a rotation replaces the pods that read what has changed, and no
 * others. The stamp is part of what is applied: healing keeps it instead of fighting it. Objects that read no Secret come back as they are.
 *
 * Costs nothing while the Secrets have the versions that were stamped; a Secret that was written is read once for all its workloads.
 */
export async function stampWorkloads(run: SyncRun, objects: readonly PreparedObject[]): Promise<readonly PreparedObject[]> {
  const { rollouts } = run.deps;
  const followers = objects.filter(hasTemplate);
  if (rollouts === undefined || followers.length === 0) return objects;
  if (run.options.mode === 'compare' || rollouts.isHeld === true) return stampEach(run, objects, new Set(followers), (live) => live);
  const consumed = consumedSecrets(run.whole ?? run.plan);
  // the rest of a plan reads other Secrets
  if (run.whole === undefined) forgetDigests(run, consumed.names);
  const readers = new Map(followers.flatMap((object) => withSecrets(object, consumed.of(object.ref))));
  if (readers.size === 0) return objects;
  const key = run.options.rollOnRotation ? await rollouts.key(run.signal) : undefined;
  if (key === undefined) return stampEach(run, objects, readers, unfollowed);
  const digest = onceEach((place) => digestOf(run, place, key));
  return stampEach(run, objects, readers, (live, object) => {
    const secrets = readers.get(object) ?? [];
    return isLeftAlone(object) || secrets.length === 0 ? unfollowed(live) : stampOf(run, { live, secrets, namespace: object.ref.namespace ?? '', key, digest });
  });
}

type ReadDigest = (place: Required<ObjectKey>) => Promise<SecretDigest | undefined>;

/** Workloads are stamped side by side: a Secret that several of them read is read for the first, and the others wait for that. */
function onceEach(read: ReadDigest): ReadDigest {
  const begun = new Map<string, ReturnType<ReadDigest>>();
  return (place) => {
    const reading = begun.get(formatKey(place)) ?? read(place);
    begun.set(formatKey(place), reading);
    return reading;
  };
}

type Stamp = (live: RolloutStamp, object: PreparedObject) => RolloutStamp | Promise<RolloutStamp>;

/** What is stamped otherwise keeps the word that it has: that is no difference to Git. */
function stampEach(run: SyncRun, objects: readonly PreparedObject[], chosen: Pick<ReadonlySet<PreparedObject>, 'has'>, stamp: Stamp): Promise<readonly PreparedObject[]> {
  return runAll(run, objects, async (object) => (chosen.has(object) ? stamped(object, await stamp(await liveStamp(run, object), object)) : object));
}

/** A workload that no longer follows its Secrets keeps the mark of the last rotation: to take it away would replace the pods. */
function unfollowed({ rotation }: RolloutStamp): RolloutStamp {
  return rotation === undefined ? {} : { rotation };
}

/** Nobody watches a Secret that no workload reads any more: what was read of it is worth nothing. */
function forgetDigests({ deps: { memory } }: SyncRun, consumed: ReadonlySet<string>): void {
  for (const name of memory.digests.keys()) if (!consumed.has(name)) memory.digests.delete(name);
}

/** Whoever makes a Secret himself, at each start perhaps, would be replaced for it without end: that one is not followed. */
function withSecrets(object: PreparedObject, secrets: readonly ConsumedSecret[]): readonly (readonly [PreparedObject, readonly ConsumedSecret[]])[] {
  if (secrets.length === 0) return [];
  const own = runtimeProducts(object.object);
  const isOwn = ({ name, keys }: ConsumedSecret): boolean => own.some((product) => product.secret === name && (keys === 'all' || product.keys === 'dynamic' || keys.some((key) => product.keys.includes(key))));
  return [[object, secrets.filter((secret) => !isOwn(secret))]];
}

/** Its pods are replaced when their template changes. */
function hasTemplate({ ref, object }: PreparedObject): boolean {
  return rolls(ref) && typeof fieldAt(object, 'spec', 'template') === 'object';
}

function isLeftAlone({ object }: PreparedObject): boolean {
  return object.metadata.annotations?.[rollAnnotation] === 'false';
}

interface Following {
  readonly live: RolloutStamp;
  readonly secrets: readonly ConsumedSecret[];
  /** Of the workload, and so of its Secrets. */
  readonly namespace: string;
  readonly key: RolloutKey;
  readonly digest: ReadDigest;
}

async function stampOf(run: SyncRun, following: Following): Promise<RolloutStamp> {
  const { live, secrets, namespace, key } = following;
  const versions = secrets.map(({ name }) => shownVersion(run, { namespace, name }));
  const before = parseConsumed(live.consumed);
  if (before?.keyId === key.id && versions.every((version) => version !== undefined) && before.versions === versionsText(versions)) return live;
  const now = await readNow(run, following);
  // what is gone is the barrier's concern; its pods run on with what they have
  return now === undefined ? live : decideStamp(live, now);
}

/**
 * As our last write has left it where the cache may be behind that, or else as the cache has it, or the API server. What is only compared is
 * compared with what there is: that is our last write where the cache is behind it for certain.
 */
async function liveStamp({ deps, options, signal }: SyncRun, { type, ref }: Pick<PreparedObject, 'type' | 'ref'>): Promise<RolloutStamp> {
  const seen = deps.live.look(type, keyOfRef(ref));
  const own = deps.memory.applied.get(refKey(ref));
  // another object, or a change of what its generation counts, is somebody else's that came after
  if (typeof seen === 'object' && own !== undefined && seen.uid === own.uid) {
    const ahead = (own.generation ?? 0) - (seen.generation ?? 0);
    if (ahead > 0 || (ahead === 0 && options.mode !== 'compare')) return own.stamp;
  }
  const annotations = typeof seen === 'object' ? seen.annotations : (await deps.cluster.get(type, keyOfRef(ref), signal, { metadataOnly: true }))?.metadata.annotations;
  return stampIn(annotations);
}

/** The version that the watch shows; undefined where it shows none, or is behind what this Application has just written itself. */
function shownVersion({ deps }: SyncRun, place: Required<ObjectKey>): string | undefined {
  const shown = deps.rollouts?.versionOf(place);
  const written = writtenVersion(deps, place);
  return written === undefined || written === shown ? shown : undefined;
}

/** The version that our last write of the Secret left, if it is the Application's own. */
function writtenVersion({ memory }: SyncRun['deps'], place: Required<ObjectKey>): string | undefined {
  return memory.applied.get(refKey({ group: '', version: 'v1', kind: 'Secret', ...place }))?.resourceVersion;
}

function versionsText(versions: readonly (string | undefined)[]): string {
  return createHash('sha256').update(versions.join('\n')).digest('base64url').slice(0, 16);
}

async function readNow({ values }: SyncRun, { secrets, namespace, key, digest: read }: Following): Promise<ConsumedNow | undefined> {
  const digests = await Promise.all(secrets.map(({ name }) => read({ namespace, name })));
  const parts: string[] = [];
  for (const [index, { name, keys }] of secrets.entries()) {
    const digest = digests[index];
    // the chart was rendered with another version of it: the pass that renders it anew replaces the pods, once
    if (digest === undefined || (values !== undefined && !isVersionIn(values, name, digest.version))) return undefined;
    const { hashes } = digest;
    const names = keys === 'all' ? [...hashes.keys()] : keys;
    parts.push(name, ...names.flatMap((one) => [one, hashes.get(one) ?? '']));
  }
  return { keyId: key.id, hash: key.hash(parts), versions: versionsText(digests.map((digest) => digest?.version)) };
}

/**
 * Reads a Secret unless it is as it was when it was read last. One that is watched was so before it was read: as long as the watch has
 * shown nothing of it, nothing has become of it. Undefined: there is none.
 */
async function digestOf(run: SyncRun, place: Required<ObjectKey>, key: RolloutKey): Promise<SecretDigest | undefined> {
  const { deps, signal } = run;
  const name = formatKey(place);
  const known = deps.memory.digests.get(name);
  if (known !== undefined && known.keyId === key.id && isCurrent(run, place, known.version)) return known;
  const secret = await deps.cluster.get(secretType, place, signal);
  if (secret === undefined) {
    deps.memory.digests.delete(name);
    return undefined;
  }
  const data = Object.entries(fieldAt(secret, 'data') ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hashes = new Map(data.map(([field, value]) => [field, key.hash([field, String(value)])]));
  const digest = { version: secret.metadata.resourceVersion ?? '', keyId: key.id, hashes };
  deps.memory.digests.set(name, digest);
  return digest;
}

function isCurrent({ deps }: SyncRun, place: Required<ObjectKey>, version: string): boolean {
  const [shown, written] = [deps.rollouts?.versionOf(place), writtenVersion(deps, place)];
  if (written !== undefined && written !== version) return false;
  return shown === undefined ? deps.rollouts?.isWatched(place) === true : shown === version;
}

function stamped(prepared: PreparedObject, stamp: RolloutStamp): PreparedObject {
  const { consumed, rotation } = stamp;
  if (consumed === undefined && rotation === undefined) return prepared;
  const own = { ...(consumed === undefined ? {} : { [consumedAnnotation]: consumed }), ...(rotation === undefined ? {} : { [rotationAnnotation]: rotation }) };
  const { metadata } = prepared.object;
  const object: KubeObject = { ...prepared.object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...own } }, ...(rotation === undefined ? {} : { spec: withRotation(prepared.object['spec'], rotation) }) };
  const hash = createHash('sha256').update(JSON.stringify([prepared.hash, consumed, rotation])).digest('base64url');
  return { ...prepared, object, hash };
}

function withRotation(spec: unknown, rotation: string): unknown {
  const [template, metadata, annotations] = [fieldAt(spec, 'template'), fieldAt(spec, 'template', 'metadata'), fieldAt(spec, 'template', 'metadata', 'annotations')];
  return { ...fieldsOf(spec), template: { ...fieldsOf(template), metadata: { ...fieldsOf(metadata), annotations: { ...fieldsOf(annotations), [rotationAnnotation]: rotation } } } };
}
