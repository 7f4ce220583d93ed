/**
 * Names that External Secrets writes into the API server. Ours are the same, so that one can take over from the other
 * without touching a Secret. (Source: External Secrets' API types and controllers.)
 */

export const externalSecretsGroup = 'external-secrets.io';

/** What is written; v1beta1 is read from files and upgraded. */
export const externalSecretsApiVersion = 'external-secrets.io/v1';

/** Label `"true"` on every Secret that an ExternalSecret writes to; the informer of managed Secrets selects by it. */
export const managedLabel = 'reconcile.external-secrets.io/managed';

/** Label with the hash of `namespace/name` of the owning ExternalSecret. */
export const createdByLabel = 'reconcile.external-secrets.io/created-by';

/** Annotation with the hash of the Secret's data as it was written. */
export const dataHashAnnotation = 'reconcile.external-secrets.io/data-hash';

/** Field managers of Secrets start with it; the ExternalSecret's name, or its hash, follows. */
export const secretFieldManagerPrefix = 'externalsecrets.external-secrets.io/';

/** The field manager of the statuses we write. */
export const statusFieldManager = 'prelude';

/** Reasons of an ExternalSecret's Ready condition. */
export const externalSecretReasons = {
  synced: 'SecretSynced',
  failed: 'SecretSyncedError',
} as const;

/** Reasons of a store's Ready condition. */
export const storeReasons = {
  valid: 'Valid',
  unknown: 'ValidationUnknown',
  invalid: 'InvalidProviderConfig',
} as const;

/** Reasons of events about an ExternalSecret. */
export const externalSecretEvents = {
  created: 'Created',
  updated: 'Updated',
  deleted: 'Deleted',
  failed: 'UpdateFailed',
} as const;
