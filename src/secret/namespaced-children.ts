import { isDeepStrictEqual } from 'node:util';
import { RE2JS } from 're2js';
import type { ClusterDeclaration, ClusterDeclarationSpec } from '../api/cluster-declaration.ts';
import { selectorMatches } from '../api/label-selector.ts';
import { forceSyncAnnotation } from '../api/names.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../api/object.ts';
import { parseApiVersion } from '../api/object.ts';
import type { NamespaceFacts } from './store-access.ts';

/** An object of the child's kind as it stands in a namespace. */
export interface Child<Spec> {
  readonly metadata: ObjectMeta;
  /** Absent where it does not parse. */
  readonly spec?: Spec;
}

/** The kind of the declaration, and that of what it makes. */
export interface ChildKinds {
  readonly parent: KindName;
  readonly child: KindName;
}

export interface KindName {
  readonly apiVersion: string;
  readonly kind: string;
}

export type ChildWrite<Spec> =
  | { readonly kind: 'create'; readonly namespace: string }
  | { readonly kind: 'update' | 'delete'; readonly namespace: string; readonly live: Child<Spec> };

/** What is to be done for one declaration. All lists are in the order of the namespaces' names. */
export interface ChildrenPlan<Spec> {
  readonly writes: readonly ChildWrite<Spec>[];
  /** Namespaces in which all is as it should be. */
  readonly current: readonly string[];
  /** Namespaces in which an object of the name stands that is not the declaration's: it is left alone. */
  readonly taken: readonly string[];
  /** Namespaces that are meant by name and do not exist. */
  readonly absent: readonly string[];
}

/** All that a plan is made from. */
export interface ChildrenView<Spec> {
  readonly namespaces: readonly NamespaceFacts[];
  /** The objects that the declaration controls, wherever they stand and whatever they are called. */
  readonly owned: readonly Child<Spec>[];
  /** The object of the wanted name in a namespace, whosever it is. */
  readonly find: (namespace: string) => Child<Spec> | undefined;
}

/** Whether a namespace is meant. */
export function isMeant({ selectors, namespaces }: Pick<ClusterDeclarationSpec<unknown>, 'selectors' | 'namespaces'>, { name, labels }: NamespaceFacts): boolean {
  return namespaces.includes(name) || selectors.some((selector) => selectorMatches(selector, labels));
}

/**
 * Compares what stands in the namespaces with what is wanted there. Nothing is made in a namespace on its way out, and nothing deleted:
 * it goes with all that is in it.
 */
export function planChildren<Spec>(declaration: ClusterDeclaration<Spec>, kinds: ChildKinds, { namespaces, owned, find }: ChildrenView<Spec>): ChildrenPlan<Spec> {
  const { spec } = declaration;
  const meant = namespaces.filter((namespace) => !namespace.terminating && isMeant(spec, namespace)).map(({ name }) => name).toSorted();
  const terminating = new Set(namespaces.filter((namespace) => namespace.terminating).map(({ name }) => name));
  const judged = meant.map((namespace) => ({ namespace, verdict: judge(find(namespace), declaration, kinds) }));
  const wanted = new Set(meant);
  const surplus = owned.filter(({ metadata: { namespace = '', name, deletionTimestamp } }) => (name !== spec.childName || !wanted.has(namespace)) && deletionTimestamp === undefined && !terminating.has(namespace));
  return {
    writes: [
      ...surplus.map((live): ChildWrite<Spec> => ({ kind: 'delete', namespace: live.metadata.namespace ?? '', live })),
      ...judged.flatMap(({ namespace, verdict }) => writeOf(namespace, verdict)),
    ],
    current: judged.filter(({ verdict }) => verdict.kind === 'current').map(({ namespace }) => namespace),
    taken: judged.filter(({ verdict }) => verdict.kind === 'taken').map(({ namespace }) => namespace),
    absent: spec.namespaces.filter((name) => !namespaces.some((namespace) => namespace.name === name)).toSorted(),
  };
}

/** What the object of the wanted name is; `leaving`: it must be gone before it can be made anew. */
export type ChildVerdict<Spec> = { readonly kind: 'missing' | 'current' | 'taken' | 'leaving' } | { readonly kind: 'outdated'; readonly live: Child<Spec> };

/** Judges the object that stands under the wanted name in one namespace. */
export function judge<Spec>(live: Child<Spec> | undefined, declaration: ClusterDeclaration<Spec>, kinds: ChildKinds): ChildVerdict<Spec> {
  if (live === undefined) return { kind: 'missing' };
  if (controllingParent(live.metadata, kinds.parent) !== declaration.metadata.name) return { kind: 'taken' };
  if (live.metadata.deletionTimestamp !== undefined) return { kind: 'leaving' };
  const { labels = {}, annotations = {} } = live.metadata;
  const isCurrent =
    isDeepStrictEqual(comparable(live.spec), comparable(declaration.spec.child)) &&
    isDeepStrictEqual({ ...labels }, { ...declaration.spec.labels }) &&
    isDeepStrictEqual({ ...annotations }, { ...childAnnotations(declaration) }) &&
    live.metadata.ownerReferences?.some(({ uid, controller }) => uid === declaration.metadata.uid && controller === true) === true;
  return isCurrent ? { kind: 'current' } : { kind: 'outdated', live };
}

const plainSpecs = new WeakMap<object, unknown>();

/**
 * A spec without what a pattern remembers of its use; made once for each version of an object. Defaults are filled in on both sides, so
 * that those of a CRD make no difference.
 */
function comparable(spec: unknown): unknown {
  if (typeof spec !== 'object' || spec === null) return spec;
  const known = plainSpecs.get(spec);
  if (known !== undefined) return known;
  const plain: unknown = JSON.parse(JSON.stringify(spec, (_name, value: unknown) => (value instanceof RE2JS ? value.pattern() : value)));
  plainSpecs.set(spec, plain);
  return plain;
}

function writeOf<Spec>(namespace: string, verdict: ChildVerdict<Spec>): readonly ChildWrite<Spec>[] {
  if (verdict.kind === 'missing') return [{ kind: 'create', namespace }];
  return verdict.kind === 'outdated' ? [{ kind: 'update', namespace, live: verdict.live }] : [];
}

/**
 * The name of the declaration that controls an object; undefined where none of the kind does. Names are unique among objects without
 * namespace, so that a declaration that was restored under a new uid has its own back.
 */
export function controllingParent({ ownerReferences = [] }: ObjectMeta, { apiVersion, kind }: KindName): string | undefined {
  const { group } = parseApiVersion(apiVersion);
  return ownerReferences.find((owner) => owner.controller === true && owner.kind === kind && parseApiVersion(owner.apiVersion).group === group)?.name;
}

/** Annotations of the objects: those of the spec, and the declaration's wish for a sync, which goes with it. */
function childAnnotations({ metadata, spec }: ClusterDeclaration<unknown>): Readonly<Record<string, string>> {
  const { [forceSyncAnnotation]: _ours, ...annotations } = spec.annotations;
  const wish = metadata.annotations?.[forceSyncAnnotation];
  return wish === undefined ? annotations : { ...annotations, [forceSyncAnnotation]: wish };
}

/** The object as it is made. */
export function newChild(declaration: ClusterDeclaration<unknown>, { parent, child }: ChildKinds, namespace: string): KubeObject {
  const { metadata, spec } = declaration;
  return {
    ...child,
    metadata: { namespace, name: spec.childName, labels: spec.labels, annotations: childAnnotations(declaration), ownerReferences: [ownerOf(metadata, parent)] },
    spec: spec.childFields,
  };
}

/**
 * The object as it replaces the live one. Labels, annotations and spec are the declaration's alone, as in External Secrets; owners and
 * finalizers of others stay. Carries resourceVersion and uid, so that a newer or another object is left alone.
 */
export function updatedChild(declaration: ClusterDeclaration<unknown>, kinds: ChildKinds, live: Child<unknown>): KubeObject {
  const { metadata, spec } = declaration;
  const owner = ownerOf(metadata, kinds.parent);
  const others = (live.metadata.ownerReferences ?? []).filter(({ uid, controller }) => uid !== owner.uid && controller !== true);
  return {
    ...kinds.child,
    metadata: { ...live.metadata, labels: spec.labels, annotations: childAnnotations(declaration), ownerReferences: [...others, owner] },
    spec: spec.childFields,
  };
}

/** Through it the garbage collector removes the objects after their declaration. */
function ownerOf({ name, uid = '' }: ObjectMeta, { apiVersion, kind }: KindName): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
