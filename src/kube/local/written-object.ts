import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { ResourceType } from '../port.ts';
import { apiVersionOf } from '../resource-types.ts';
import { applyObject } from './apply-object.ts';
import { checkBuiltIn, withDefaults } from './built-in-rules.ts';
import { type Management, managersAfterUpdate, printManagers, readManagers, type Writer } from './field-managers.ts';
import { mergePatch } from './json-map.ts';
import { checkMetadata } from './names.ts';

/*
 * What each kind of write makes of the live object and of what was sent. Pure: nothing is stored here, and where nothing
 * changes the live object itself comes back.
 */

export interface Write {
  readonly type: ResourceType;
  readonly writer: Writer;
}

/** For an object that is new. */
export interface Birth {
  readonly uid: string;
  /** RFC 3339. */
  readonly time: string;
}

export function createdObject({ type, writer }: Write, input: KubeObject, birth: Birth): KubeObject {
  const sent = received(type, input);
  const status = type.statusSubresource ? initialStatus(type) : pickStatus(sent);
  const object = { ...withoutStatus(sent), ...status };
  const managers = managersAfterUpdate([], undefined, object, writer);
  return finished(type, undefined, { object, managers, birth });
}

/** @throws KubeError `conflict` where `input` is not made from the live version, or from another object of that name */
export function updatedObject({ type, writer }: Write, live: KubeObject, input: KubeObject): KubeObject {
  const sent = received(type, input);
  checkCurrent(type, live, sent.metadata);
  const object = { ...withoutStatus(sent), ...pickStatus(type.statusSubresource ? live : sent), metadata: { ...sent.metadata, ...identityOf(live) } };
  const managers = managersAfterUpdate(readManagers(live.metadata.managedFields), live, object, writer);
  return finished(type, live, { object, managers });
}

export function appliedObject({ type, writer }: Write, live: KubeObject | undefined, input: KubeObject, options: { readonly force: boolean; readonly birth: Birth }): KubeObject {
  if (input.metadata.managedFields !== undefined) throw new KubeError('invalid', 'metadata.managedFields must not be set in what is applied');
  const sent = received(type, input);
  if (live === undefined && sent.metadata.resourceVersion !== undefined) throw new KubeError('conflict', `${type.kind} ${sent.metadata.name} is not there, and was expected in a version of its own`);
  if (live !== undefined) checkCurrent(type, live, sent.metadata);
  const wanted = type.statusSubresource ? withoutStatus(sent) : sent;
  const base = live ?? { apiVersion: sent.apiVersion, kind: sent.kind, metadata: keyMetadata(sent.metadata), ...(type.statusSubresource ? initialStatus(type) : {}) };
  const { object, managers } = applyObject(base, wanted, writer, options.force);
  return finished(type, live, { object: { ...object, apiVersion: sent.apiVersion }, managers, birth: options.birth });
}

export function statusPatchedObject({ type, writer }: Write, live: KubeObject, status: unknown): KubeObject {
  const object = { ...live, status: mergePatch(live['status'], status) };
  const signed = type.statusSubresource ? { ...writer, subresource: 'status' as const } : writer;
  const managers = managersAfterUpdate(readManagers(live.metadata.managedFields), live, object, signed);
  return finished(type, live, { object, managers });
}

/** @throws KubeError `conflict` where a precondition of the metadata does not hold */
export function checkCurrent(type: ResourceType, live: KubeObject, wanted: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }): void {
  const { name, uid, resourceVersion } = live.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) throw new KubeError('conflict', `${type.kind} ${name} is another object of that name by now`);
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) throw new KubeError('conflict', `${type.kind} ${name} has been changed meanwhile; read it again`);
}

/** What was sent, checked and with the defaults filled in. */
function received(type: ResourceType, input: KubeObject): KubeObject {
  if (input.apiVersion !== apiVersionOf(type) || input.kind !== type.kind) {
    throw new KubeError('invalid', `${input.apiVersion} ${input.kind} was sent to where ${apiVersionOf(type)} ${type.kind} is kept`);
  }
  const object = withDefaults(type, input);
  checkMetadata(type, object.metadata);
  return object;
}

interface Draft {
  readonly object: KubeObject;
  readonly managers: readonly Management[];
  readonly birth?: Birth;
}

/** Fills in what is the cluster's: identity, generation, managedFields. The resourceVersion is the store's. */
function finished(type: ResourceType, live: KubeObject | undefined, { object, managers, birth }: Draft): KubeObject {
  checkBuiltIn(type, live, object);
  if (live?.metadata.deletionTimestamp !== undefined) {
    const added = (object.metadata.finalizers ?? []).find((finalizer) => live.metadata.finalizers?.includes(finalizer) !== true);
    if (added !== undefined) throw new KubeError('invalid', `metadata.finalizers: ${added} cannot be added to an object that is being deleted`);
  }
  if (live !== undefined && isSame(live, object) && isSameManagement(readManagers(live.metadata.managedFields), managers)) return live;
  const generation = generationOf(type, live, object);
  const { name, namespace, labels, annotations, ownerReferences, finalizers } = object.metadata;
  const managedFields = printManagers(managers);
  const metadata: ObjectMeta = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(live === undefined ? { uid: birth?.uid ?? '', creationTimestamp: birth?.time ?? '' } : identityOf(live)),
    ...(generation === undefined ? {} : { generation }),
    ...(managedFields.length === 0 ? {} : { managedFields }),
  };
  const { apiVersion, kind, metadata: _, ...fields } = object;
  return { apiVersion, kind, metadata, ...fields };
}

/** Kinds whose every field is configuration or none of it; Kubernetes keeps no generation of them. */
const withoutGeneration: ReadonlySet<string> = new Set(['', 'rbac.authorization.k8s.io', 'storage.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'node.k8s.io']);

/** Counts the versions of what is asked for: all but metadata and, where it is a subresource, status. */
function generationOf(type: ResourceType, live: KubeObject | undefined, object: KubeObject): number | undefined {
  if (withoutGeneration.has(type.group)) return undefined;
  const generation = live?.metadata.generation ?? 0;
  return live !== undefined && isDeepStrictEqual(askedFor(type, live), askedFor(type, object)) ? generation : generation + 1;
}

function askedFor(type: ResourceType, object: KubeObject): unknown {
  const { metadata: _, apiVersion: __, ...rest } = type.statusSubresource ? withoutStatus(object) : object;
  return rest;
}

function isSame(live: KubeObject, object: KubeObject): boolean {
  const comparable = ({ metadata, ...fields }: KubeObject): unknown => {
    const { labels = {}, annotations = {}, ownerReferences = [], finalizers = [] } = metadata;
    return { ...fields, metadata: { labels, annotations, ownerReferences, finalizers } };
  };
  return isDeepStrictEqual(comparable(live), comparable(object));
}

/** Equal but for their times. */
function isSameManagement(before: readonly Management[], after: readonly Management[]): boolean {
  return isDeepStrictEqual(comparable(before), comparable(after));
}

function comparable(managers: readonly Management[]): ReadonlySet<string> {
  const owning = managers.filter(({ fields }) => fields.size > 0);
  return new Set(owning.map(({ manager, operation, subresource, apiVersion, fields }) => JSON.stringify([manager, operation, subresource, apiVersion, [...fields].toSorted()])));
}

type Identity = Pick<ObjectMeta, 'uid' | 'resourceVersion' | 'creationTimestamp' | 'deletionTimestamp'>;

function identityOf({ metadata }: KubeObject): Identity {
  const { uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata;
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
}

function keyMetadata({ name, namespace }: ObjectMeta): ObjectMeta {
  return namespace === undefined ? { name } : { name, namespace };
}

function withoutStatus(object: KubeObject): KubeObject {
  const { status: _, ...rest } = object;
  return rest;
}

function pickStatus(object: KubeObject): { readonly status?: unknown } {
  return object['status'] === undefined ? {} : { status: object['status'] };
}

/** Statuses that the control plane gives a new object at once, as far as somebody waits for them. */
function initialStatus({ group, kind }: ResourceType): { readonly status?: unknown } {
  if (group === '' && kind === 'Namespace') return { status: { phase: 'Active' } };
  if (group !== 'apiextensions.k8s.io' || kind !== 'CustomResourceDefinition') return {};
  return { status: { conditions: ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True', reason: 'Recorded', message: 'served by the local cluster' })) } };
}
