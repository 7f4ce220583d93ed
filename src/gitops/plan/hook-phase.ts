import type { KubeObject } from '../../api/object.ts';

const hookAnnotation = 'argocd.argoproj.io/hook';
const helmHookAnnotation = 'helm.sh/hook';

type HookPhase = 'preSync' | 'postSync';

/** Argo CD's names, and Helm's as Argo CD maps them. */
const argo: ReadonlyMap<string, HookPhase> = new Map([['PreSync', 'preSync'], ['PostSync', 'postSync']]);
const helm: ReadonlyMap<string, HookPhase> = new Map([['pre-install', 'preSync'], ['pre-upgrade', 'preSync'], ['post-install', 'postSync'], ['post-upgrade', 'postSync']]);

function typesOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').map((type) => type.trim()).filter((type) => type !== '');
}

/**
 * When a hook runs; undefined for what is no hook, or an object like any other to Argo CD (`crd-install`). Where an object names Argo CD's
 * types, Helm's mean nothing. Of several phases the earlier counts.
 */
export function hookPhaseOf({ metadata: { annotations = {} } }: KubeObject): HookPhase | undefined {
  const own = typesOf(annotations[hookAnnotation]);
  const phases = own.length > 0 ? own.map((type) => argo.get(type)) : typesOf(annotations[helmHookAnnotation]).map((type) => helm.get(type));
  return phases.includes('preSync') ? 'preSync' : phases.find((phase) => phase !== undefined);
}

/** The annotation that names a hook of a type which a sync does not run; undefined where there is none. Of Helm's only those that are left by then. */
export function unknownHook({ metadata: { annotations = {} } }: KubeObject): string | undefined {
  const own = typesOf(annotations[hookAnnotation]);
  if (own.length > 0) return own.every((type) => argo.has(type)) ? undefined : hookAnnotation;
  return typesOf(annotations[helmHookAnnotation]).every((type) => helm.has(type) || type === 'crd-install') ? undefined : helmHookAnnotation;
}

/** Helm's weight of a hook, which is its wave where it names none. */
export function hookWeight({ metadata: { annotations = {} } }: KubeObject): number {
  const text = annotations[helmHookAnnotation] === undefined ? undefined : annotations['helm.sh/hook-weight'];
  return text !== undefined && /^[+-]?\d{1,9}$/.test(text) ? Number(text) : 0;
}
