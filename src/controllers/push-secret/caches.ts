import type { KubeObject, ObjectKey } from '../../api/object.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import { asksForDeletion, parsePushSecret, parsePushSecretStatus } from '../../api/push-secret.ts';
import type { SyncedEntries } from '../../api/pushed-entry.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { StoreReference } from '../../api/source-reference.ts';
import type { Informer } from '../../kube/informer.ts';
import type { ObjectVersion } from '../../kube/object-version.ts';
import { namedStores } from '../../secret/push/named-stores.ts';
import type { NamespaceFacts } from '../../secret/store-access.ts';
import { namespaceFacts } from '../../secret/store-access.ts';

/** A PushSecret as its cache keeps it. What its deletion takes is known even where the rest of it does not parse. */
export interface PushSecretEntry extends ParsedObject<PushSecret> {
  /** What is no longer pushed is to go from the provider. */
  readonly deletes: boolean;
  /** What is out there at providers. */
  readonly synced: SyncedEntries;
  /** Of one that does not parse the stores that it names, where these are all that it is for. */
  readonly named?: readonly StoreReference[];
}

export type StoreEntry = ParsedObject<SecretStore>;

/** The live views this controller works from. None of them holds a value of a Secret. */
export interface PushSecretCaches {
  readonly pushSecrets: Informer<PushSecretEntry>;
  readonly secretStores: Informer<StoreEntry>;
  readonly clusterSecretStores: Informer<StoreEntry>;
  /** All Secrets: what changes whenever one does. */
  readonly secretVersions: Informer<ObjectVersion>;
  /** All ConfigMaps, likewise: templates may stand in them. */
  readonly configMapVersions: Informer<ObjectVersion>;
  readonly namespaces: Informer<NamespaceFacts>;
}

/** What the cache keeps of a PushSecret. */
export function pushSecretEntry(object: KubeObject): PushSecretEntry {
  const entry = parsedObject(object, parsePushSecret);
  const named = entry.parsed.ok ? undefined : namedStores(object['spec']);
  return { ...entry, deletes: asksForDeletion(object), synced: parsePushSecretStatus(object).syncedPushSecrets, ...(named === undefined ? {} : { named }) };
}

/** The namespace of a PushSecret as conditions of stores see it. */
export function namespaceOf({ metadata }: { readonly metadata: ObjectKey }, { namespaces }: Pick<PushSecretCaches, 'namespaces'>): NamespaceFacts {
  const { namespace: name = '' } = metadata;
  return namespaces.get({ name }) ?? namespaceFacts({ name });
}
