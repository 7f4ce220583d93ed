import { z } from 'zod';
import type { ApplicationSpec } from './application-spec.ts';
import { applicationSpec } from './application-spec.ts';
import type { ApplicationStatus } from './application-status.ts';
import { applicationStatus } from './application-status.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import { parseApiVersion } from './object.ts';
import type { Parsed } from './schema.ts';
import { parse } from './schema.ts';

/** Argo CD's Application as the rest of the product sees it. */
export interface Application {
  readonly metadata: ObjectMeta;
  readonly spec: ApplicationSpec;
  readonly status: ApplicationStatus;
  /** Nothing is synced or healed by itself, whatever the policy says; it is compared, and what is asked for is done. */
  readonly suspended: boolean;
  /** What happens to the Application's objects when it is deleted; absent: they stay. */
  readonly cascade?: 'foreground' | 'background';
}

const applicationGroup = 'argoproj.io';
const applicationApiVersion = 'argoproj.io/v1alpha1';
const applicationKind = 'Application';

/** Where Applications live that name no namespace. */
export const defaultApplicationNamespace = 'argocd';

/** Holds an Application as it is: `"true"`. */
export const suspendAnnotation = 'prelude.dev/suspend';

/** What an Application applied goes with it; a name of how may follow, after a `/`. */
export const resourcesFinalizer = 'resources-finalizer.argocd.argoproj.io';

/** Whether an object is an Application, in whatever version. */
export function isApplication(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return object.kind === applicationKind && parseApiVersion(object.apiVersion).group === applicationGroup;
}

/** Objects never change: each version of an Application is parsed once, however many ask what is in it. */
const known = new WeakMap<KubeObject, Parsed<Application>>();

/** Parses an Application, from Git or from the cluster. All errors are reported; each names its field. */
export function parseApplication(object: KubeObject): Parsed<Application> {
  const parsed = known.get(object) ?? parseAnew(object);
  known.set(object, parsed);
  return parsed;
}

function parseAnew(object: KubeObject): Parsed<Application> {
  if (!isApplication(object)) return { ok: false, errors: [{ path: 'kind', message: `must be ${applicationKind} of ${applicationGroup}` }] };
  if (object.apiVersion !== applicationApiVersion) {
    return { ok: false, errors: [{ path: 'apiVersion', message: `is not a version this Prelude reads; use ${applicationApiVersion}` }] };
  }
  const parsed = parse(z.object({ spec: applicationSpec }), object);
  if (!parsed.ok) return parsed;
  const suspended = object.metadata.annotations?.[suspendAnnotation] === 'true';
  const cascade = cascadeOf(object.metadata.finalizers ?? []);
  return {
    ok: true,
    value: { metadata: object.metadata, spec: suspended ? withoutAutomation(parsed.value.spec) : parsed.value.spec, suspended, status: parseApplicationStatus(object), ...(cascade === undefined ? {} : { cascade }) },
  };
}

function withoutAutomation(spec: ApplicationSpec): ApplicationSpec {
  const { automated: _automated, ...syncPolicy } = spec.syncPolicy;
  return { ...spec, syncPolicy };
}

/** The status of an Application. Whatever does not parse counts as not there: a status is only ever a memory. */
export function parseApplicationStatus(object: KubeObject): ApplicationStatus {
  const parsed = known.get(object);
  if (parsed?.ok === true) return parsed.value.status;
  const status = applicationStatus.safeParse(object['status'] ?? {});
  return status.success ? status.data : {};
}

function cascadeOf(finalizers: readonly string[]): 'foreground' | 'background' | undefined {
  if (finalizers.includes(`${resourcesFinalizer}/background`)) return 'background';
  return finalizers.some((name) => name === resourcesFinalizer || name === `${resourcesFinalizer}/foreground`) ? 'foreground' : undefined;
}
