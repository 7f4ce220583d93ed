import type { KubeObject } from '../api/object.ts';
import { createExternalSecretController } from '../controllers/external-secret/controller.ts';
import { externalSecretInformers } from '../controllers/external-secret/watch.ts';
import { createSecretStoreController } from '../controllers/secret-store/controller.ts';
import type { Informer, InformerOptions } from '../kube/informer.ts';
import { createStoreReader } from '../provider/read-planner.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import { createCredentialSource } from './credential-source.ts';
import { createRendererPool, type RendererPool } from '../template/worker/pool.ts';
import type { Foundation, Half, NamedCache } from './half.ts';

export interface SecretsHalfOptions {
  readonly registry: ProviderRegistry;
  /** Stores of another class are left to others; empty is the class of stores that name none. */
  readonly controllerClass: string;
  /** Which ExternalSecrets and stores are ours; absent: all that can be seen. */
  readonly concerns?: (object: KubeObject) => boolean;
  /** The process's environment; each provider sees only what it declares. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absent: a pool of threads, which start with the first template and end with this half. */
  readonly renderer?: Pick<RendererPool, 'render' | 'close'>;
}

/** Puts together what turns ExternalSecrets into Secrets: caches, the one store reader, and the controllers. */
export function composeSecrets(foundation: Foundation, options: SecretsHalfOptions): Half {
  const { cluster, lifetime, clock, random, log, metrics, events } = foundation;
  const caches: NamedCache[] = [];
  const start = <T>(name: string, informer: InformerOptions<T>): Informer<T> => {
    const started = foundation.startInformer(informer, lifetime);
    caches.push({ name, synced: started.synced, healthy: started.healthy });
    return started;
  };
  const { concerns = () => true } = options;
  const ours = <T>(informer: InformerOptions<T>): InformerOptions<T> => ({ ...informer, project: (object) => (concerns(object) ? informer.project(object) : undefined) });
  const views = {
    externalSecrets: start('externalsecrets', ours(externalSecretInformers.externalSecrets)),
    secretStores: start('secretstores', ours(externalSecretInformers.secretStores)),
    clusterSecretStores: start('clustersecretstores', ours(externalSecretInformers.clusterSecretStores)),
    managedSecrets: start('managed secrets', externalSecretInformers.managedSecrets),
    secretVersions: start('secret versions', externalSecretInformers.secretVersions),
    configMapVersions: start('config map versions', externalSecretInformers.configMapVersions),
    namespaces: start('namespaces', externalSecretInformers.namespaces),
  };
  const credentials = createCredentialSource(cluster, views.secretVersions);
  const { registry, environment, controllerClass } = options;
  const reader = createStoreReader({ registry, credentials, clock, metrics, environment });

  const { renderer = createRendererPool({ clock }) } = options;
  const shared = { cluster, reader, events, controllerClass, clock, random, log, metrics };
  const externalSecrets = createExternalSecretController({ ...shared, renderer, caches: views });
  const { secretVersions } = views;
  const controllers = [
    createSecretStoreController({ ...shared, kind: 'SecretStore', caches: { stores: views.secretStores, secretVersions } }),
    createSecretStoreController({ ...shared, kind: 'ClusterSecretStore', caches: { stores: views.clusterSecretStores, secretVersions } }),
    externalSecrets,
  ];
  return {
    caches,
    controllers,
    finish: async (signal) => {
      await externalSecrets.persist(signal);
      await reader.close();
      await renderer.close();
    },
  };
}
