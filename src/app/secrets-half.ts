import { createExternalSecretController } from '../controllers/external-secret/controller.ts';
import { externalSecretInformers } from '../controllers/external-secret/watch.ts';
import { createSecretStoreController } from '../controllers/secret-store/controller.ts';
import type { Informer, InformerOptions } from '../kube/informer.ts';
import { createStoreReader } from '../provider/read-planner.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import { createCredentialSource } from './credential-source.ts';
import type { Foundation, Half, NamedCache } from './half.ts';

export interface SecretsHalfOptions {
  readonly registry: ProviderRegistry;
  /** Stores of another class are left to others; empty is the class of stores that name none. */
  readonly controllerClass: string;
  /** The process's environment; each provider sees only what it declares. */
  readonly environment: Readonly<Record<string, string | undefined>>;
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
  const views = {
    externalSecrets: start('externalsecrets', externalSecretInformers.externalSecrets),
    secretStores: start('secretstores', externalSecretInformers.secretStores),
    clusterSecretStores: start('clustersecretstores', externalSecretInformers.clusterSecretStores),
    managedSecrets: start('managed secrets', externalSecretInformers.managedSecrets),
    secretVersions: start('secret versions', externalSecretInformers.secretVersions),
    namespaces: start('namespaces', externalSecretInformers.namespaces),
  };
  const credentials = createCredentialSource(cluster, views.secretVersions);
  const { registry, environment, controllerClass } = options;
  const reader = createStoreReader({ registry, credentials, clock, metrics, environment });

  const shared = { cluster, reader, events, controllerClass, clock, random, log, metrics };
  const externalSecrets = createExternalSecretController({ ...shared, caches: views });
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
    },
  };
}
