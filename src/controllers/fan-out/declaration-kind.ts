import type { ClusterDeclaration } from '../../api/cluster-declaration.ts';
import { clusterExternalSecretKind } from '../../api/cluster-external-secret.ts';
import { clusterPushSecretKind } from '../../api/cluster-push-secret.ts';
import type { ExternalSecretSpec } from '../../api/external-secret-spec.ts';
import { externalSecretKind, parseExternalSecret } from '../../api/external-secret.ts';
import { clusterExternalSecretFinalizer, externalSecretsApiVersion, namespaceFinalizerPrefix, pushSecretsApiVersion } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import type { PushSecretSpec } from '../../api/push-secret-spec.ts';
import { parsePushSecret, pushSecretKind } from '../../api/push-secret.ts';
import type { Parsed } from '../../api/schema.ts';
import type { ResourceType } from '../../kube/port.ts';
import { clusterExternalSecretType, clusterPushSecretType, externalSecretType, pushSecretType } from '../../kube/resource-types.ts';
import type { ChildKinds } from '../../secret/namespaced-children.ts';

/** What tells one kind that is spread over namespaces from the other. */
export interface DeclarationKind<Spec> {
  readonly type: ResourceType;
  readonly childType: ResourceType;
  readonly kinds: ChildKinds;
  /** Field of the status with the name of what was made. */
  readonly nameField: string;
  /** Why nothing is made in a namespace where somebody else's object has the name; External Secrets' words. */
  readonly takenReason: string;
  readonly parseChild: (object: KubeObject) => Parsed<{ readonly spec: Spec }>;
  /** What External Secrets' controller of the kind puts on objects, and what hangs on it once that is gone. */
  readonly legacy?: {
    /** On a declaration. */
    readonly finalizer: string;
    /** On Namespaces; the declaration's name follows. Absent: Namespaces are left as they are. */
    readonly namespacePrefix?: string;
  };
}

export type DeclarationEntry<Spec> = ParsedObject<ClusterDeclaration<Spec>>;
export type ChildEntry<Spec> = ParsedObject<{ readonly spec: Spec }>;

export const clusterExternalSecrets: DeclarationKind<ExternalSecretSpec> = {
  type: clusterExternalSecretType,
  childType: externalSecretType,
  kinds: { parent: { apiVersion: externalSecretsApiVersion, kind: clusterExternalSecretKind }, child: { apiVersion: externalSecretsApiVersion, kind: externalSecretKind } },
  nameField: 'externalSecretName',
  takenReason: 'external secret already exists in namespace',
  parseChild: parseExternalSecret,
  legacy: { finalizer: clusterExternalSecretFinalizer, namespacePrefix: namespaceFinalizerPrefix },
};

export const clusterPushSecrets: DeclarationKind<PushSecretSpec> = {
  type: clusterPushSecretType,
  childType: pushSecretType,
  kinds: { parent: { apiVersion: pushSecretsApiVersion, kind: clusterPushSecretKind }, child: { apiVersion: pushSecretsApiVersion, kind: pushSecretKind } },
  nameField: 'pushSecretName',
  takenReason: 'push secret already exists in namespace',
  parseChild: parsePushSecret,
};
