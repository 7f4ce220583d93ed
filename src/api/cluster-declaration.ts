import { z } from 'zod';
import type { Condition } from './condition.ts';
import { goDuration } from './go-duration.ts';
import { objectName } from './kube-text.ts';
import { type LabelSelector, labelSelector } from './label-selector.ts';
import type { KubeObject, ObjectMeta } from './object.ts';

/** An object that is made in many namespaces: what ClusterExternalSecrets and ClusterPushSecrets have in common. */
export interface ClusterDeclaration<Spec> {
  readonly metadata: ObjectMeta;
  readonly spec: ClusterDeclarationSpec<Spec>;
  readonly status: ClusterDeclarationStatus;
}

export interface ClusterDeclarationSpec<Spec> {
  /** Name of the objects that are made; that of the declaration where it says none. */
  readonly childName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** A namespace that satisfies one of them is meant. */
  readonly selectors: readonly LabelSelector[];
  /** Namespaces meant by name. */
  readonly namespaces: readonly string[];
  /** Milliseconds between looks at it that nothing but time causes; 0: none. Absent: the controller's default. */
  readonly refreshInterval?: number;
  /** What each of the objects asks for. */
  readonly child: Spec;
  /** The same as the user wrote it: this is what is copied, without our defaults and without loss. */
  readonly childFields: Readonly<Record<string, unknown>>;
}

export interface ClusterDeclarationStatus {
  readonly observedGeneration?: number;
  /** Name of the objects that were made last. */
  readonly childName?: string;
  readonly failedNamespaces: readonly NamespaceFailure[];
  readonly provisionedNamespaces: readonly string[];
  readonly conditions: readonly Condition[];
}

/** A namespace in which the object could not be made, and why. */
export interface NamespaceFailure {
  readonly namespace: string;
  readonly reason: string;
}

/** Fields of a spec that both kinds have under the same name. */
export const spreadFields = {
  namespaceSelectors: z.array(labelSelector).exactOptional().describe('Labels of namespaces; one that satisfies any of the selectors is meant.'),
  refreshTime: goDuration().exactOptional().describe('Go duration between looks at all namespaces that no change has caused, 1h where absent; 0: none.'),
};

/** The name of the objects that are made. */
export const childName = objectName().exactOptional();

/** Metadata of the objects that are made. */
export const childMetadata = z
  .strictObject({
    annotations: z.record(z.string(), z.string()).exactOptional().describe('Annotations.'),
    labels: z.record(z.string(), z.string()).exactOptional().describe('Labels.'),
  })
  .exactOptional();

/** Fields of a status that both kinds have under the same name. */
export const spreadStatus = {
  failedNamespaces: z
    .array(z.object({ namespace: z.string(), reason: z.string().default('') }))
    .default([])
    .describe('Namespaces in which the object could not be made, and why.'),
  provisionedNamespaces: z.array(z.string()).default([]).describe('Namespaces in which the object stands.'),
};

/** A field of `spec` as it was written; an empty object where it is none. */
export function writtenField(object: KubeObject, name: string): Readonly<Record<string, unknown>> {
  const spec = recordOf(object['spec']);
  return recordOf(spec[name]);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}
