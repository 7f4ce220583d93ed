import { isDeepStrictEqual } from 'node:util';
import type { AdmissionRequest, AdmissionVerdict } from '../api/admission-review.ts';
import { allowedKeysAnnotation } from '../api/names.ts';
import type { KubeObject } from '../api/object.ts';
import { formatErrors } from '../api/schema.ts';
import type { CheckObject } from './object-check.ts';

/** The API server passes longer messages on, and nobody reads them. */
const longestMessage = 4_096;

/**
 * Whether an object may be stored: where the controllers would read it without an error. What is stored already, and only changes its
 * metadata or is on its way out, is never held up: a finalizer must come off an object that is not valid, too. Which keys a store allows is
 * no such metadata.
 */
export function judgeAdmission({ operation, object, oldObject }: AdmissionRequest, check: CheckObject): AdmissionVerdict {
  const verdict = object === undefined || operation === 'DELETE' || operation === 'CONNECT' ? undefined : check(object);
  if (verdict === undefined) return { allowed: true };
  const { errors, warnings } = verdict;
  if (errors.length === 0) return { allowed: true, warnings };
  const message = shortened(formatErrors(errors));
  const isOnItsWayOut = object?.metadata.deletionTimestamp !== undefined;
  const isUnchanged = operation === 'UPDATE' && isDeepStrictEqual(asked(object), asked(oldObject));
  if (isOnItsWayOut || isUnchanged) return { allowed: true, warnings: [...warnings, `this object is not valid: ${message}`] };
  return { allowed: false, message, warnings };
}

/** What is judged of an object: the spec, and the one annotation that decides who may read what. */
function asked(object: KubeObject | undefined): readonly unknown[] {
  const { annotations } = object?.metadata ?? {};
  return [object?.['spec'], annotations?.[allowedKeysAnnotation]];
}

function shortened(text: string): string {
  return text.length <= longestMessage ? text : `${text.slice(0, longestMessage)}…`;
}
