import { isDeepStrictEqual } from 'node:util';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { isPrivilegedSecretType, privilegedTypeRule, pushNamespacesAnnotation } from '../../src/provider/field.ts';
import { parsePushMetadata } from '../../src/provider/push-metadata.ts';
import type { KubernetesApi } from './api.ts';
import { mergeMarks, type PushSpec, pushSpec } from './push-spec.ts';
import type { SecretDocument } from './secret-document.ts';
import { RemoteSecrets, type SecretWritten } from './secrets.ts';

/** On a Secret that a push of a whole Secret has made: it may be removed as a whole, too. */
const wholeMark = 'prelude.dev/pushed-whole';
/** On a Secret that a push of a key has made: it may be removed with its last key. */
const anewMark = 'prelude.dev/pushed-anew';
/** How often a write begins anew because another was faster. */
const mostTries = 4;

export interface PushTargetOptions {
  readonly remoteNamespace: string;
  readonly mayLeaveNamespace: boolean;
}

/** Where Secrets are pushed to: read, changed, and written back if nobody else has written since. */
export class PushTarget {
  readonly #api: KubernetesApi;
  readonly #options: PushTargetOptions;

  constructor(api: KubernetesApi, options: PushTargetOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** @throws ProviderError; the signal's reason */
  async write(write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    if (write.property === undefined && write.secretKey !== undefined) {
      throw new ProviderError('invalid', 'a key of a Secret is pushed into a key of a Secret: remoteRef needs a property');
    }
    const { secrets, spec } = this.#placeOf(write);
    return untilNobodyIsFaster(async () => {
      const there = await secrets.get(write.remoteKey, signal);
      refuseRights(there?.type ?? write.source.type);
      if (there !== undefined && write.updatePolicy === 'IfNotExists' && has(there, write.property)) return { kind: 'unchanged' };
      const wanted = there === undefined ? createdFrom(write, spec) : changedBy(there, write, spec);
      if (there !== undefined && isDeepStrictEqual(wanted, there)) return { kind: 'unchanged' };
      const written = there === undefined ? await secrets.create(wanted, signal) : await secrets.update(wanted, signal);
      return written === 'written' ? { kind: 'written' } : undefined;
    });
  }

  /** @throws ProviderError; the signal's reason */
  async remove(place: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    const { secrets } = this.#placeOf(place);
    return untilNobodyIsFaster(async () => {
      const there = await secrets.get(place.remoteKey, signal);
      if (there === undefined || !has(there, place.property)) return { kind: 'absent' };
      refuseRights(there.type);
      const removed = await takeOut(secrets, { there, property: place.property }, signal);
      return removed === 'conflict' ? undefined : { kind: removed === 'written' ? 'removed' : 'absent' };
    });
  }

  #placeOf({ metadata, admittedNamespace: admitted }: RemotePlace): { readonly secrets: RemoteSecrets; readonly spec: PushSpec } {
    const spec = parsePushMetadata(pushSpec, metadata) ?? {};
    const { remoteNamespace, mayLeaveNamespace } = this.#options;
    const chosen = spec.remoteNamespace ?? remoteNamespace;
    if (chosen !== remoteNamespace && !mayLeaveNamespace) {
      throw new ProviderError('invalid', 'metadata.spec.remoteNamespace: only a ClusterSecretStore may be pushed to in another namespace than its own remoteNamespace');
    }
    if (chosen !== remoteNamespace && admitted !== chosen) {
      throw new ProviderError('invalid', `metadata.spec.remoteNamespace: the ClusterSecretStore does not let this namespace push to namespace ${chosen}; its annotation ${pushNamespacesAnnotation} has to list it`);
    }
    return { secrets: new RemoteSecrets(this.#api, chosen), spec };
  }
}

/** A Secret of such a type gives rights to whoever can write it: whose token it becomes, who joins the cluster, what Helm has installed. */
function refuseRights(type = ''): void {
  if (isPrivilegedSecretType(type)) throw new ProviderError('invalid', `a Secret of type ${type} is neither made nor changed by a push: it ${privilegedTypeRule}`);
}

/** Does it again where another was faster. */
async function untilNobodyIsFaster<R>(attempt: () => Promise<R | undefined>): Promise<R> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new ProviderError('unavailable', 'others write the Secret all the time');
}

function takeOut(secrets: RemoteSecrets, { there, property }: { readonly there: SecretDocument; readonly property: string | undefined }, signal: AbortSignal): Promise<SecretWritten> {
  if (property === undefined) {
    if (there.metadata.annotations?.[wholeMark] !== 'true') {
      throw new ProviderError('invalid', 'the Secret was not made by a push of a whole Secret: only single keys of it are removed, by their property');
    }
    return secrets.delete(there, signal);
  }
  const { [property]: _, ...data } = there.data ?? {};
  const isMade = [wholeMark, anewMark].some((mark) => there.metadata.annotations?.[mark] === 'true');
  // a Secret that somebody else has made is his, and stays, without a key if need be
  return Object.keys(data).length === 0 && isMade ? secrets.delete(there, signal) : secrets.update({ ...there, data }, signal);
}

function has({ data }: SecretDocument, property: string | undefined): boolean {
  return property === undefined || Object.hasOwn(data ?? {}, property);
}

function createdFrom(write: RemoteWrite, spec: PushSpec): SecretDocument {
  const { remoteKey, property, source } = write;
  const { labels, annotations } = mergeMarks(source, { labels: {}, annotations: {} }, spec);
  return { metadata: { name: remoteKey, labels, annotations: { ...annotations, [property === undefined ? wholeMark : anewMark]: 'true' } }, type: source.type === '' ? 'Opaque' : source.type, data: dataOf(write) };
}

/** Its type stays: Kubernetes lets nobody change it. */
function changedBy(there: SecretDocument, write: RemoteWrite, spec: PushSpec): SecretDocument {
  const { labels = {}, annotations = {} } = there.metadata;
  const merged = mergeMarks(write.source, { labels, annotations }, spec);
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => key === wholeMark || key === anewMark));
  const marks = { ...orAbsent('labels', merged.labels, there), ...orAbsent('annotations', { ...merged.annotations, ...kept }, there) };
  const { labels: _, annotations: __, ...metadata } = there.metadata;
  return { ...there, metadata: { ...metadata, ...marks }, data: { ...there.data, ...dataOf(write) } };
}

/** Where there were none and are none, there is no field either. */
function orAbsent(field: 'labels' | 'annotations', written: Readonly<Record<string, string>>, there: SecretDocument): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.keys(written).length === 0 && there.metadata[field] === undefined ? {} : { [field]: written };
}

function dataOf({ property, value, source }: RemoteWrite): Record<string, string> {
  const base64 = (bytes: SecretBytes): string => Buffer.from(bytes.reveal()).toString('base64');
  if (property !== undefined) return { [property]: base64(value) };
  return Object.fromEntries([...source.data].map(([key, bytes]) => [key, base64(bytes)]));
}
