import { isDeepStrictEqual } from 'node:util';
import { allowEmptyAnnotation, type ApplicationSet } from '../../api/application-set.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { rollbackAnnotation } from '../../gitops/history/rollback-pin.ts';
import { rollbackRecordAnnotation } from '../../gitops/history/rollback-policy.ts';
import type { Generation } from '../../gitops/generate/generate-applications.ts';
import { GenerationError } from '../../gitops/generate/generation-error.ts';
import { controllerOf, ownerReference } from './owner.ts';

/** What is to be done for an ApplicationSet. */
export interface SetPlan {
  readonly create: readonly KubeObject[];
  readonly update: readonly { readonly live: KubeObject; readonly wanted: KubeObject }[];
  readonly delete: readonly KubeObject[];
  /** What cannot be done, and why; the rest is. */
  readonly refused: readonly GenerationError[];
}

export interface SetFacts {
  readonly set: ApplicationSet;
  readonly generation: Generation;
  /** The Application of a name in the ApplicationSet's namespace, whoever made it. */
  readonly find: (name: string) => KubeObject | undefined;
  /** Those that the ApplicationSet controls. */
  readonly owned: readonly KubeObject[];
}

/** Notes of others on an Application that no template knows. (Source: Argo CD's applicationset_controller.go; the last two are ours.) */
const preservedAnnotations = ['notified.notifications.argoproj.io', 'argocd.argoproj.io/refresh', 'argocd.argoproj.io/hydrate', rollbackAnnotation, rollbackRecordAnnotation];
/** Prefixes: stages of a deletion follow. */
const preservedFinalizers = ['pre-delete-finalizer.argocd.argoproj.io', 'post-delete-finalizer.argocd.argoproj.io'];

/**
 * Compares what is meant with what is there. As Argo CD: an Application of the same name that nobody controls is taken over, one that something
 * else controls is left alone, and what was refused is neither written nor deleted. Where that has no name, nothing is deleted: any could be the one.
 */
export function decideSet({ set, generation, find, owned }: SetFacts): SetPlan {
  const { policy } = set.spec;
  const create: KubeObject[] = [];
  const update: { live: KubeObject; wanted: KubeObject }[] = [];
  const refused = [...generation.refused];
  for (const { object, from } of generation.applications) {
    const { name } = object.metadata;
    const live = find(name);
    const owner = live === undefined ? undefined : controllerOf(live.metadata);
    if (live === undefined) create.push({ ...object, metadata: { ...object.metadata, ownerReferences: [ownerReference(set.metadata)] } });
    else if (owner !== undefined && owner.uid !== set.metadata.uid) refused.push(new GenerationError('validation', 'spec.template.metadata.name', `${from}: Application ${name} is controlled by ${owner.kind} ${owner.name}`));
    // one that goes is made anew once it is gone
    else if (policy.update && live.metadata.deletionTimestamp === undefined) {
      const wanted = wantedApplication(object, live, set);
      if (!isSame(live, wanted)) update.push({ live, wanted });
    }
  }
  const surplus = policy.delete && !generation.hasNameless ? owned.filter(({ metadata }) => !generation.names.has(metadata.name) && metadata.deletionTimestamp === undefined) : [];
  const guard = surplus.length > 0 && generation.names.size === 0 ? emptied(set, owned.length) : undefined;
  return { create, update, delete: guard === undefined ? surplus : [], refused: guard === undefined ? refused : [...refused, guard] };
}

/** Generators that give nothing where they gave something are wrong more often than they are meant, and deleting all cannot be undone. */
function emptied({ metadata }: ApplicationSet, count: number): GenerationError | undefined {
  if (metadata.annotations?.[allowEmptyAnnotation] === 'true') return undefined;
  const message = `the generators give no Application any more, and ${count === 1 ? 'the last one stays' : `all ${count} stay`}; annotate the ApplicationSet with ${allowEmptyAnnotation}: "true" to have ${count === 1 ? 'it' : 'them'} deleted`;
  return new GenerationError('validation', 'spec.generators', message);
}

/** The live Application with everything that is the template's. */
function wantedApplication(object: KubeObject, live: KubeObject, { metadata: owner, spec: { preserved } }: ApplicationSet): KubeObject {
  const { labels, annotations, finalizers = [] } = object.metadata;
  const { labels: liveLabels = {}, annotations: liveAnnotations = {}, finalizers: liveFinalizers = [], ownerReferences = [] } = live.metadata;
  const { labels: _l, annotations: _a, finalizers: _f, ...rest } = live.metadata;
  const staying = liveFinalizers.filter((name) => preservedFinalizers.some((prefix) => name.startsWith(prefix)) && !finalizers.includes(name));
  const metadata: ObjectMeta = {
    ...rest,
    ...optional('labels', { ...labels, ...picked(liveLabels, preserved.labels) }),
    ...optional('annotations', { ...annotations, ...picked(liveAnnotations, [...preserved.annotations, ...preservedAnnotations]) }),
    ...(finalizers.length + staying.length === 0 ? {} : { finalizers: [...finalizers, ...staying] }),
    ownerReferences: ownerReferences.some(({ uid }) => uid === owner.uid) ? ownerReferences : [...ownerReferences, ownerReference(owner)],
  };
  return { ...live, metadata, spec: object['spec'] };
}

function picked(from: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

function optional(field: 'labels' | 'annotations', values: Readonly<Record<string, string>>): Pick<ObjectMeta, 'labels' | 'annotations'> {
  return Object.keys(values).length === 0 ? {} : { [field]: values };
}

/** Whatever else differs is not the template's. */
function isSame(live: KubeObject, wanted: KubeObject): boolean {
  const compared = ({ metadata: { labels = {}, annotations = {}, finalizers = [], ownerReferences = [] }, spec }: KubeObject): unknown => [labels, annotations, finalizers.toSorted(), ownerReferences, spec];
  return isDeepStrictEqual(compared(live), compared(wanted));
}
