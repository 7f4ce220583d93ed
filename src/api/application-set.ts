import { z } from 'zod';
import { type ApplicationSetSpec, applicationSetSpec } from './application-set-spec.ts';
import { type ApplicationSetStatus, applicationSetStatus } from './application-set-status.ts';
import { type KubeObject, type ObjectMeta, parseApiVersion } from './object.ts';
import { type Parsed, parse } from './schema.ts';

/** Argo CD's ApplicationSet as the rest of the product sees it. */
export interface ApplicationSet {
  readonly metadata: ObjectMeta;
  readonly spec: ApplicationSetSpec;
}

export const applicationSetKind = 'ApplicationSet';
export const applicationSetApiVersion = 'argoproj.io/v1alpha1';
const group = 'argoproj.io';

/** Annotation of ours on an ApplicationSet: generators that answer nothing any more may delete all of its Applications. */
export const allowEmptyAnnotation = 'prelude.dev/allow-empty';

/** Whether an object is an ApplicationSet, in whatever version. */
export function isApplicationSet(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return object.kind === applicationSetKind && parseApiVersion(object.apiVersion).group === group;
}

/** Parses an ApplicationSet, from Git or from the cluster. All errors are reported; each names its field. */
export function parseApplicationSet(object: KubeObject): Parsed<ApplicationSet> {
  if (!isApplicationSet(object)) return { ok: false, errors: [{ path: 'kind', message: `must be ${applicationSetKind} of ${group}` }] };
  if (object.apiVersion !== applicationSetApiVersion) {
    return { ok: false, errors: [{ path: 'apiVersion', message: `is not a version this Prelude reads; use ${applicationSetApiVersion}` }] };
  }
  const parsed = parse(z.object({ spec: applicationSetSpec }), object);
  return parsed.ok ? { ok: true, value: { metadata: object.metadata, spec: parsed.value.spec } } : parsed;
}

/** The status of an ApplicationSet. Whatever does not parse counts as not there: a status is only ever a memory. */
export function parseApplicationSetStatus(object: { readonly status?: unknown }): ApplicationSetStatus {
  const status = applicationSetStatus.safeParse(object.status ?? {});
  return status.success ? status.data : {};
}
