import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import type { Cluster } from '../../../kube/port.ts';
import { secretType } from '../../../kube/resource-types.ts';
import type { SecretView } from '../../../secret/currency.ts';
import { fieldAt } from '../../health/live-field.ts';
import type { SecretFact } from './barrier.ts';
import type { DeclarationFacts } from './declaration-facts.ts';
import { formatRef, keyOfRef } from '../object/object-ref.ts';
import type { ObjectRef } from '../object/object-ref.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { type ProducerKind, producerKinds } from './producer-kinds.ts';
import type { SyncRun } from '../sync-run.ts';

/** An object that Git declares, and the Secret that it makes. */
export interface DeclaredSecret {
  readonly ref: ObjectRef;
  readonly kind: ProducerKind;
  readonly secret: Required<ObjectKey>;
}

/** `namespace/name`, as barrier facts are keyed. */
export function secretName(key: Required<ObjectKey>): string {
  return `${key.namespace}/${key.name}`;
}

/** The Secret that a declared object makes; undefined for one that makes none, or does not parse. */
export function declaredSecret({ object, ref }: PreparedObject): DeclaredSecret | undefined {
  const kind = producerKinds.find(({ isOne }) => isOne(object));
  const name = kind?.target(object);
  return kind === undefined || name === undefined ? undefined : { ref, kind, secret: { namespace: ref.namespace ?? '', name } };
}

/** Metadata and key names of a Secret. The values are dropped here, before anything else sees them. */
function viewOf(secret: KubeObject): SecretView {
  const data = fieldAt(secret, 'data');
  return { metadata: secret.metadata, keys: typeof data === 'object' && data !== null ? Object.keys(data) : [] };
}

/** What the barrier knows of a Secret. */
export function factOf({ keys, metadata }: SecretView): SecretFact {
  return { keys: new Set(keys), deleting: metadata.deletionTimestamp !== undefined, resourceVersion: metadata.resourceVersion ?? '' };
}

/** Reads one Secret from the API server, without its values. */
export async function readSecretView(cluster: Pick<Cluster, 'get'>, key: Required<ObjectKey>, signal: AbortSignal): Promise<SecretView | undefined> {
  const secret = await cluster.get(secretType, key, signal);
  return secret === undefined ? undefined : viewOf(secret);
}

function readView({ deps, signal }: SyncRun, key: Required<ObjectKey>): Promise<SecretView | undefined> {
  return readSecretView(deps.cluster, key, signal);
}

/** Reads one Secret from the API server. */
export async function readSecretFact(run: SyncRun, key: Required<ObjectKey>): Promise<SecretFact | undefined> {
  const view = await readView(run, key);
  return view === undefined ? undefined : factOf(view);
}

function verdict({ currency: judge }: ProducerKind, live: KubeObject | undefined, view: SecretView | undefined): { readonly current: boolean; readonly message: string } {
  if (live === undefined) return { current: false, message: 'it is not there' };
  const currency = judge(live, view);
  if (currency === undefined) return { current: false, message: 'the object in the cluster is not what Git declares' };
  return currency.current ? { current: true, message: '' } : { current: false, message: currency.reason };
}

/** Reads a declaration and its Secret from the API server. The declaration first: a Secret that is newer does no harm. */
export async function readDeclaration(run: SyncRun, { ref, kind, secret }: DeclaredSecret): Promise<DeclarationFacts> {
  const live = await run.deps.cluster.get(kind.type, keyOfRef(ref), run.signal);
  const view = await readView(run, secret);
  return {
    producer: { name: formatRef(ref), secret: secretName(secret), ...verdict(kind, live, view) },
    secret: view === undefined ? undefined : factOf(view),
    resourceVersion: live?.metadata.resourceVersion ?? '',
  };
}
