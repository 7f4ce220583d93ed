import type { KubeObject } from '../api/object.ts';
import { externalSecretInformers } from '../controllers/external-secret/watch.ts';
import { clusterExternalSecretInformer } from '../controllers/fan-out/cluster-external-secret.ts';
import { clusterPushSecretInformer } from '../controllers/fan-out/cluster-push-secret.ts';
import { generatorStateInformer } from '../controllers/generator-state/watch.ts';
import { pushSecretInformers } from '../controllers/push-secret/watch.ts';
import type { Informer, InformerOptions } from '../kube/informer.ts';
import type { Foundation, NamedCache } from './half.ts';

/** Starts an informer under a name, by which it is told whether it is filled. */
export type StartNamed = <T>(name: string, informer: InformerOptions<T>) => Informer<T>;

/** Starts informers, and keeps a list of them. */
export function startNamed({ startInformer, lifetime }: Pick<Foundation, 'startInformer' | 'lifetime'>, caches: NamedCache[]): StartNamed {
  return (name, informer) => {
    const started = startInformer(informer, lifetime);
    caches.push({ name, synced: started.synced, healthy: started.healthy });
    return started;
  };
}

/**
 * Starts to look at everything that the secrets half works from; each kind is watched once, whichever controllers need it.
 * @param concerns which declarations and stores are ours
 */
export function startSecretViews(start: StartNamed, concerns: (object: KubeObject) => boolean) {
  const ours = <T>(informer: InformerOptions<T>): InformerOptions<T> => ({ ...informer, project: (object) => (concerns(object) ? informer.project(object) : undefined) });
  return {
    externalSecrets: start('externalsecrets', ours(externalSecretInformers.externalSecrets)),
    pushSecrets: start('pushsecrets', ours(pushSecretInformers.pushSecrets)),
    clusterExternalSecrets: start('clusterexternalsecrets', ours(clusterExternalSecretInformer)),
    clusterPushSecrets: start('clusterpushsecrets', ours(clusterPushSecretInformer)),
    secretStores: start('secretstores', ours(externalSecretInformers.secretStores)),
    clusterSecretStores: start('clustersecretstores', ours(externalSecretInformers.clusterSecretStores)),
    generatorStates: start('generator states', generatorStateInformer),
    managedSecrets: start('managed secrets', externalSecretInformers.managedSecrets),
    secretVersions: start('secret versions', externalSecretInformers.secretVersions),
    configMapVersions: start('config map versions', externalSecretInformers.configMapVersions),
    namespaces: start('namespaces', externalSecretInformers.namespaces),
  };
}
