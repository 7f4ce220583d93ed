import type { KubeObject } from '../../../api/object.ts';

/** What becomes of an object with a Helm hook. */
export type HookFate =
  | { readonly kind: 'applied' }
  /** It belongs to something that a sync never does. */
  | { readonly kind: 'leftOut'; readonly isTest: boolean }
  /** It has types of both sides; only the first is acted on. */
  | { readonly kind: 'ambiguous' };

/** Types that Argo CD maps to its phases. */
const before: ReadonlySet<string> = new Set(['pre-install', 'pre-upgrade']);
const after: ReadonlySet<string> = new Set(['post-install', 'post-upgrade']);
const tests: ReadonlySet<string> = new Set(['test', 'test-success', 'test-failure']);

/**
 * Argo CD's mapping: install and upgrade hooks run around the sync, `crd-install` is an object like any other, tests and what belongs to
 * rollbacks and deletions never run. An Argo CD hook annotation takes the place of Helm's.
 */
export function hookFate(object: KubeObject): HookFate {
  const annotations = object.metadata.annotations ?? {};
  const text = annotations['helm.sh/hook'];
  if (text === undefined || annotations['argocd.argoproj.io/hook'] !== undefined) return { kind: 'applied' };
  const types = text.split(',').map((type) => type.trim());
  const runs = { before: types.some((type) => before.has(type)), after: types.some((type) => after.has(type)) };
  if (runs.before && runs.after) return { kind: 'ambiguous' };
  if (runs.before || runs.after || types.includes('crd-install')) return { kind: 'applied' };
  return { kind: 'leftOut', isTest: types.every((type) => tests.has(type)) };
}
