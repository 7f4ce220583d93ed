import { resourcesFinalizer } from '../../api/application.ts';

/** They hold an Application that is being deleted until its hooks have run, as in Argo CD. */
export const hookFinalizers = { preDelete: 'pre-delete-finalizer.argocd.argoproj.io', postDelete: 'post-delete-finalizer.argocd.argoproj.io' } as const;
/** All that an Application which is being deleted is held for. */
export const deletionFinalizers: readonly string[] = [resourcesFinalizer, ...Object.values(hookFinalizers)];

/** Whether a finalizer is the one of that name, which may stand with `/` and more after it. */
export function isFinalizer(present: string, name: string): boolean {
  return present === name || present.startsWith(`${name}/`);
}
