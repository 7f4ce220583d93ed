import type { ApplicationStatus, ResourceStatus } from '../../api/application-status.ts';
import type { ObjectRef } from '../apply/object/object-ref.ts';
import type { Inventory } from '../apply/prune/prune.ts';

function refOfResource({ group = '', version, kind, namespace, name }: ResourceStatus): ObjectRef | undefined {
  if (version === undefined || kind === undefined || name === undefined) return undefined;
  return { group, version, kind, name, ...(namespace === undefined || namespace === '' ? {} : { namespace }) };
}

/**
 * What was applied before, as `status.resources` has it. Undefined where a sync is on record but the list is not: somebody
 * has cut the status, and what it said cannot be known any more. Hooks are no part of it.
 */
export function inventoryOfStatus(status: ApplicationStatus): Inventory {
  const syncedBefore = (status.history?.length ?? 0) > 0 || status.operationState?.phase === 'Succeeded';
  if (status.resources === undefined) return syncedBefore ? undefined : [];
  return status.resources.filter(({ hook }) => hook !== true).flatMap((resource) => refOfResource(resource) ?? []);
}
