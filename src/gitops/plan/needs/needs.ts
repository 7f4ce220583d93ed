import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import type { Consumer, Need, RenderedObject } from '../plan.ts';
import { type CustomNeed, customNeedsOf } from './custom-needs.ts';
import type { Found } from './field.ts';
import { ingressReferences } from './ingress.ts';
import { podSpecsOf } from './pod-bearing.ts';
import { podReferences, pullSecrets, serviceAccountOf } from './pod-spec.ts';
import type { SecretReference } from './secret-reference.ts';

/** A need, and whether nothing providing it is only worth a warning. */
export interface FoundNeed extends Need {
  readonly lenient: boolean;
}

/**
 * Reads the needs off rendered objects: what every pod-bearing kind refers to (`optional: true` left out), the pull secrets of the
 * service accounts their pods run as, certificates of Ingresses, and what the table says of custom resources.
 * @param objects with `metadata.namespace` filled in
 * @returns one need per Secret and key, sorted; consumers in the order of the objects
 */
export function readNeeds(objects: readonly RenderedObject[], table: readonly CustomNeed[]): readonly FoundNeed[] {
  const found = new Map<string, FoundNeed>();
  const accounts = new Set<string>();
  for (const rendered of objects) {
    const { references, podSpecs } = referencesOf(rendered.object, table);
    for (const reference of references) add(found, rendered, reference);
    for (const { value } of podSpecs) accounts.add(`${rendered.object.metadata.namespace ?? ''}/${serviceAccountOf(value)}`);
  }
  for (const rendered of objects) {
    const { object } = rendered;
    if (object.kind !== 'ServiceAccount' || parseApiVersion(object.apiVersion).group !== '') continue;
    if (!accounts.has(`${object.metadata.namespace ?? ''}/${object.metadata.name}`)) continue;
    for (const reference of pullSecrets(object['imagePullSecrets'], 'imagePullSecrets')) add(found, rendered, reference);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

/** The Secrets that one object names, and its pods. What only the service accounts of its pods name is not among them. */
export function referencesOf(object: KubeObject, table: readonly CustomNeed[]): { readonly podSpecs: readonly Found[]; readonly references: readonly SecretReference[] } {
  const custom = customNeedsOf(object, table);
  const podSpecs = [...podSpecsOf(object), ...custom.podSpecs];
  return { podSpecs, references: [...podSpecs.flatMap(({ value, path }) => podReferences(value, path)), ...ingressReferences(object), ...custom.references] };
}

function add(found: Map<string, FoundNeed>, { object, origin, lineOf }: RenderedObject, reference: SecretReference): void {
  const namespace = object.metadata.namespace ?? '';
  const { secret, key, path } = reference;
  const id = `${namespace}/${secret}/${key ?? ''}`;
  const known = found.get(id);
  const consumer: Consumer = { kind: object.kind, name: object.metadata.name, path, origin: { file: origin.file, line: lineOf?.(path) ?? origin.line } };
  found.set(id, {
    namespace,
    secret,
    ...(key === undefined ? {} : { key }),
    consumers: [...(known?.consumers ?? []), consumer],
    lenient: (known?.lenient ?? true) && reference.lenient === true,
  });
}
