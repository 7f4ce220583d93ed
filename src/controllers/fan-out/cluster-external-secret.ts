import type { ClusterExternalSecret } from '../../api/cluster-external-secret.ts';
import { parseClusterExternalSecret } from '../../api/cluster-external-secret.ts';
import type { ExternalSecretSpec } from '../../api/external-secret-spec.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import type { InformerOptions } from '../../kube/informer.ts';
import { clusterExternalSecretType } from '../../kube/resource-types.ts';
import type { Controller } from '../../runtime/controller.ts';
import type { FanOutControllerOptions } from './controller.ts';
import { createFanOutController } from './controller.ts';
import { clusterExternalSecrets } from './declaration-kind.ts';

/** Started by the caller for `caches.declarations`; the other caches are those of the ExternalSecret controller. */
export const clusterExternalSecretInformer: InformerOptions<ParsedObject<ClusterExternalSecret>> = {
  type: clusterExternalSecretType,
  selection: {},
  project: (object) => parsedObject(object, parseClusterExternalSecret),
};

/** Makes the controller that keeps an ExternalSecret in every namespace that a ClusterExternalSecret means. */
export function createClusterExternalSecretController(options: FanOutControllerOptions<ExternalSecretSpec>): Controller {
  return createFanOutController(clusterExternalSecrets, options);
}
