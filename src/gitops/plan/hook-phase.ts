import type { KubeObject } from '../../api/object.ts';
import type { PhaseName } from './plan.ts';

const hookAnnotation = 'argocd.argoproj.io/hook';
const helmHookAnnotation = 'helm.sh/hook';

/** The phases that hooks run in; those of type Sync stand among the waves. */
export type HookPhase = Extract<PhaseName, 'preSync' | 'waves' | 'postSync' | 'syncFail' | 'preDelete' | 'postDelete'>;

/** Argo CD's names, and Helm's as Argo CD maps them. In the order in which a sync comes to them. */
const argo: ReadonlyMap<string, HookPhase> = new Map([['PreSync', 'preSync'], ['Sync', 'waves'], ['PostSync', 'postSync'], ['SyncFail', 'syncFail'], ['PreDelete', 'preDelete'], ['PostDelete', 'postDelete']]);
const helm: ReadonlyMap<string, HookPhase> = new Map([
  ...(['pre-install', 'pre-upgrade'] as const).map((type) => [type, 'preSync'] as const),
  ...(['post-install', 'post-upgrade'] as const).map((type) => [type, 'postSync'] as const),
  ['pre-delete', 'preDelete'],
  ['post-delete', 'postDelete'],
]);

/** The object is not applied at all. */
const skip = 'Skip';

function typesOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').map((type) => type.trim()).filter((type) => type !== '');
}

/**
 * When a hook runs, each phase once, in their order; empty for what is no hook, or an object like any other to Argo CD (`crd-install`). Where an
 * object names Argo CD's types, Helm's mean nothing.
 */
export function hookPhasesOf({ metadata: { annotations = {} } }: KubeObject): readonly HookPhase[] {
  const own = typesOf(annotations[hookAnnotation]);
  const phases = new Set(own.length > 0 ? own.map((type) => argo.get(type)) : typesOf(annotations[helmHookAnnotation]).map((type) => helm.get(type)));
  return [...argo.values()].filter((phase) => phases.has(phase));
}

/** Whether an object among the waves is a hook of type Sync. */
export function isSyncHook(object: KubeObject): boolean {
  return hookPhasesOf(object).includes('waves');
}

/** Whether an object says that it is not applied. Beside other types, Skip means nothing, as in Argo CD. */
export function isSkipped({ metadata: { annotations = {} } }: KubeObject): boolean {
  const own = typesOf(annotations[hookAnnotation]);
  return own.length > 0 && own.every((type) => type === skip);
}

/** The annotation that names a hook of a type which is never run; undefined where there is none. Of Helm's only those that are left by then. */
export function unknownHook({ metadata: { annotations = {} } }: KubeObject): string | undefined {
  const own = typesOf(annotations[hookAnnotation]);
  if (own.length > 0) return own.every((type) => argo.has(type) || type === skip) ? undefined : hookAnnotation;
  return typesOf(annotations[helmHookAnnotation]).every((type) => helm.has(type) || type === 'crd-install') ? undefined : helmHookAnnotation;
}

/** All types that are run, for people. */
export const hookTypes: readonly string[] = [...argo.keys(), skip, ...helm.keys()];

/** Helm's weight of a hook, which is its wave where it names none. */
export function hookWeight({ metadata: { annotations = {} } }: KubeObject): number {
  const text = annotations[helmHookAnnotation] === undefined ? undefined : annotations['helm.sh/hook-weight'];
  return text !== undefined && /^[+-]?\d{1,9}$/.test(text) ? Number(text) : 0;
}
