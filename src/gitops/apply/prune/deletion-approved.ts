import type { ObjectMeta } from '../../../api/object.ts';

const approvedAnnotation = 'argocd.argoproj.io/deletion-approved';

/**
 * Whether somebody has agreed, on the Application, to deletions that ask for it. The annotation holds a time, and an agreement from before
 * the deletions were at hand is none (Argo CD's rule: types.go, IsDeletionConfirmed).
 * @param since RFC 3339: when the operation began, or the Application was deleted
 */
export function isDeletionApproved({ annotations = {} }: Pick<ObjectMeta, 'annotations'>, since: string | undefined): boolean {
  const approved = Date.parse(annotations[approvedAnnotation] ?? '');
  const asked = Date.parse(since ?? '');
  return !Number.isNaN(approved) && !Number.isNaN(asked) && approved >= asked;
}
