import type { KubeObject } from '../../../api/object.ts';

/** When a hook object is deleted. */
export type HookDeletePolicy = 'BeforeHookCreation' | 'HookSucceeded' | 'HookFailed';

/** Marks which operation a hook was run for, so that it runs once in each. */
export const hookOperationAnnotation = 'prelude.dev/hook-operation';

const policyNames: ReadonlyMap<string, HookDeletePolicy> = new Map([
  ['BeforeHookCreation', 'BeforeHookCreation'],
  ['before-hook-creation', 'BeforeHookCreation'],
  ['HookSucceeded', 'HookSucceeded'],
  ['hook-succeeded', 'HookSucceeded'],
  ['HookFailed', 'HookFailed'],
  ['hook-failed', 'HookFailed'],
]);

/** The delete policies that a hook names itself. */
export function namedDeletePolicies(object: KubeObject): readonly HookDeletePolicy[] {
  const annotations = object.metadata.annotations ?? {};
  const text = annotations['argocd.argoproj.io/hook-delete-policy'] ?? annotations['helm.sh/hook-delete-policy'] ?? '';
  return text.split(',').flatMap((name) => policyNames.get(name.trim()) ?? []);
}

/** The delete policies of a hook; BeforeHookCreation where it names none, as in Argo CD and Helm. */
export function hookDeletePolicies(object: KubeObject): ReadonlySet<HookDeletePolicy> {
  const named = namedDeletePolicies(object);
  return new Set(named.length === 0 ? ['BeforeHookCreation'] : named);
}
