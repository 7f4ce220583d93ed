import type { KubeObject } from '../../../api/object.ts';

/** What becomes of an object with a Helm hook. */
export type HookFate =
  | { readonly kind: 'applied' }
  /** It belongs to something that a sync never does. */
  | { readonly kind: 'leftOut'; readonly isTest: boolean };

/** Types that Argo CD maps to its phases, and the one that means an object like any other. */
const applied: ReadonlySet<string> = new Set(['pre-install', 'pre-upgrade', 'post-install', 'post-upgrade', 'pre-delete', 'post-delete', 'crd-install']);
const tests: ReadonlySet<string> = new Set(['test', 'test-success', 'test-failure']);

/**
 * Argo CD's mapping: install and upgrade hooks run around the sync, delete hooks around the deletion, `crd-install` is an object like any
 * other, tests and what belongs to rollbacks never run. An Argo CD hook annotation takes the place of Helm's.
 */
export function hookFate(object: KubeObject): HookFate {
  const annotations = object.metadata.annotations ?? {};
  const text = annotations['helm.sh/hook'];
  if (text === undefined || annotations['argocd.argoproj.io/hook'] !== undefined) return { kind: 'applied' };
  const types = text.split(',').map((type) => type.trim());
  if (types.some((type) => applied.has(type))) return { kind: 'applied' };
  return { kind: 'leftOut', isTest: types.every((type) => tests.has(type)) };
}
