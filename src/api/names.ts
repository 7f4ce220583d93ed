/**
 * Names that External Secrets writes into the API server. Ours are the same, so that one can take over from the other
 * without touching a Secret. (Source: External Secrets' API types and controllers.)
 */

export const externalSecretsGroup = 'external-secrets.io';

/** What is written; v1beta1 is read from files and upgraded. */
export const externalSecretsApiVersion = 'external-secrets.io/v1';

/** PushSecrets and ClusterPushSecrets have never had another version. */
export const pushSecretsApiVersion = 'external-secrets.io/v1alpha1';

/** Label `"true"` on every Secret that an ExternalSecret writes to; the informer of managed Secrets selects by it. */
export const managedLabel = 'reconcile.external-secrets.io/managed';

/** Label with the hash of `namespace/name` of the owning ExternalSecret. */
export const createdByLabel = 'reconcile.external-secrets.io/created-by';

/** Annotation with the hash of the Secret's data as it was written. */
export const dataHashAnnotation = 'reconcile.external-secrets.io/data-hash';

/** Annotation of ours on Secrets: where each key comes from. Never a reason to write by itself. */
export const provenanceAnnotation = 'prelude.dev/provenance';

/** Field managers of Secrets start with it; the ExternalSecret's name, or its hash, follows. */
export const secretFieldManagerPrefix = 'externalsecrets.external-secrets.io/';

/** The field manager of the statuses we write. */
export const statusFieldManager = 'prelude';

/** Reasons of an ExternalSecret's Ready condition. */
export const externalSecretReasons = {
  synced: 'SecretSynced',
  failed: 'SecretSyncedError',
  deleted: 'SecretDeleted',
  missing: 'SecretMissing',
} as const;

/** The same for targets that are no Secrets. */
export const genericTargetReasons = {
  synced: 'ResourceSynced',
  failed: 'ResourceSyncedError',
  deleted: 'ResourceDeleted',
  missing: 'ResourceMissing',
} as const;

/** On an ExternalSecret or a PushSecret: any change of it asks for a sync now. */
export const forceSyncAnnotation = 'external-secrets.io/force-sync';

/** External Secrets puts it on every ExternalSecret; we put it on none, and take it off those that are being deleted. */
export const externalSecretFinalizer = 'externalsecrets.external-secrets.io/externalsecret-cleanup';
export const clusterExternalSecretFinalizer = 'externalsecrets.external-secrets.io/clusterexternalsecret-cleanup';
/** External Secrets puts it, with the ClusterExternalSecret's name, on Namespaces; we take it off and never put it there. */
export const namespaceFinalizerPrefix = 'externalsecrets.external-secrets.io/ces-';
export const pushSecretFinalizer = 'pushsecret.externalsecrets.io/finalizer';
export const storeFinalizer = 'secretstore.externalsecrets.io/finalizer';
export const generatorStateFinalizer = 'generatorstate.externalsecrets.io/finalizer';

/** On a ClusterSecretStore: which keys each namespace may read, as a YAML or JSON list of patterns in which `{namespace}` stands for its name. */
export const allowedKeysAnnotation = 'prelude.dev/allowed-keys';

/**
 * On a ClusterSecretStore: to which namespaces each namespace may push, where a PushSecret names one itself (`remoteNamespace`). A list of
 * patterns like that of `prelude.dev/allowed-keys`; without it, to none but the store's own.
 */
export const pushNamespacesAnnotation = 'prelude.dev/push-namespaces';

/** Reasons of a PushSecret's Ready condition. */
export const pushSecretReasons = {
  synced: 'Synced',
  failed: 'Errored',
  sourceDeleted: 'SourceDeleted',
} as const;

/** Reasons of the Ready condition of what is made in many namespaces: a ClusterExternalSecret, a ClusterPushSecret. */
export const clusterDeclarationReasons = {
  synced: 'Synced',
  failed: 'Errored',
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
  missing: 'MissingProviderSecret',
} as const;
