import { createdByLabel, managedLabel } from '../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { sealedSecretAnnotations } from '../../api/sealed-secret.ts';

/** What is kept of every Secret: whose it is, and enough to see that it has changed. Never a value, and not even the names of keys. */
export type SecretHead = ObjectMeta;

function picked(texts: Readonly<Record<string, string>> | undefined, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (texts?.[name] === undefined ? [] : [[name, texts[name]]])));
}

/** Projects a Secret, of which the metadata is enough. */
export function secretHead({ metadata }: Pick<KubeObject, 'metadata'>): SecretHead {
  const { name, namespace, uid, resourceVersion, deletionTimestamp, labels, annotations, ownerReferences = [] } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    labels: picked(labels, [managedLabel, createdByLabel]),
    annotations: picked(annotations, [sealedSecretAnnotations.patch]),
    ownerReferences: ownerReferences.filter(({ controller }) => controller === true),
  };
}
