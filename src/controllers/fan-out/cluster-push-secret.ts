import type { ClusterPushSecret } from '../../api/cluster-push-secret.ts';
import { parseClusterPushSecret } from '../../api/cluster-push-secret.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import type { PushSecretSpec } from '../../api/push-secret-spec.ts';
import type { InformerOptions } from '../../kube/informer.ts';
import { clusterPushSecretType } from '../../kube/resource-types.ts';
import type { Controller } from '../../runtime/controller.ts';
import type { FanOutControllerOptions } from './controller.ts';
import { createFanOutController } from './controller.ts';
import { clusterPushSecrets } from './declaration-kind.ts';

/** Started by the caller for `caches.declarations`; the other caches are those of the PushSecret controller. */
export const clusterPushSecretInformer: InformerOptions<ParsedObject<ClusterPushSecret>> = {
  type: clusterPushSecretType,
  selection: {},
  project: (object) => parsedObject(object, parseClusterPushSecret),
};

/** Makes the controller that keeps a PushSecret in every namespace that a ClusterPushSecret means. */
export function createClusterPushSecretController(options: FanOutControllerOptions<PushSecretSpec>): Controller {
  return createFanOutController(clusterPushSecrets, options);
}
