import { applicationSetApiVersion, applicationSetKind } from '../../api/application-set.ts';
import type { ObjectMeta, OwnerReference } from '../../api/object.ts';

/** The one that controls an object; it has the last word on it. */
export function controllerOf({ ownerReferences = [] }: ObjectMeta): OwnerReference | undefined {
  return ownerReferences.find(({ controller }) => controller === true);
}

/** The name of the ApplicationSet that controls an Application; undefined where none does. */
export function owningSet(metadata: ObjectMeta): string | undefined {
  const owner = controllerOf(metadata);
  return owner?.kind === applicationSetKind && owner.apiVersion === applicationSetApiVersion ? owner.name : undefined;
}

/** What an Application says of the ApplicationSet that controls it, as Argo CD writes it. */
export function ownerReference({ name, uid = '' }: ObjectMeta): OwnerReference {
  return { apiVersion: applicationSetApiVersion, kind: applicationSetKind, name, uid, controller: true, blockOwnerDeletion: true };
}
