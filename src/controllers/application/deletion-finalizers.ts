/** What an Application that is being deleted is held for; each may stand with `/` and more after it, as in Argo CD. */
export const resourcesFinalizer = 'resources-finalizer.argocd.argoproj.io';
export const hookFinalizers = { preDelete: 'pre-delete-finalizer.argocd.argoproj.io', postDelete: 'post-delete-finalizer.argocd.argoproj.io' } as const;
export const deletionFinalizers: readonly string[] = [resourcesFinalizer, ...Object.values(hookFinalizers)];
