import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { consumedAnnotation, rotationAnnotation } from '../../gitops/apply/rollout/rollout-stamp.ts';
import { fieldsOf } from '../../gitops/plan/needs/field.ts';

/** Annotations that say with which Secrets a workload runs: they are the cluster's, and go along with every write. */
const stamps: ReadonlySet<string> = new Set([consumedAnnotation, rotationAnnotation]);

/** What the API server, not Git, writes into metadata. */
const serverOwned: ReadonlySet<string> = new Set(['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds']);

/** An object without what only the cluster knows: its status, its versions, and the stamps of rollouts. */
export function comparable(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object;
  const { template, ...spec } = fieldsOf(rest['spec']);
  const ownTemplate = template === undefined ? {} : { template: withoutStamps(template) };
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, ...(rest['spec'] === undefined ? {} : { spec: { ...spec, ...ownTemplate } }), metadata: own(metadata) };
}

function own(metadata: ObjectMeta): ObjectMeta {
  const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverOwned.has(name) && name !== 'annotations'));
  const annotations = others(metadata.annotations);
  return { ...kept, name: metadata.name, ...(annotations === undefined ? {} : { annotations }) };
}

function others(annotations: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !stamps.has(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function withoutStamps(template: unknown): unknown {
  const { metadata } = fieldsOf(template);
  const { annotations } = fieldsOf(metadata);
  if (annotations === undefined) return template;
  const kept = Object.entries(fieldsOf(annotations)).filter(([name]) => !stamps.has(name));
  const { annotations: _all, ...labels } = fieldsOf(metadata);
  return { ...fieldsOf(template), metadata: { ...labels, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) } };
}
