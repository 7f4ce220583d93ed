import { namespaceFinalizerPrefix } from '../../api/names.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { namespaceType } from '../../kube/resource-types.ts';

export interface ReleaseNamespacesOptions {
  readonly cluster: Pick<Cluster, 'pages' | 'get' | 'update'>;
  readonly fieldManager: string;
  /** Told of each Namespace that was released. */
  readonly progress: (line: string) => void;
}

/** How often a Namespace that somebody else writes at the same moment is tried. */
const mostTries = 5;

/**
 * Takes the finalizers off Namespaces that External Secrets has put there for its ClusterExternalSecrets, and nothing else. Not beside a
 * controller of its own, which would put them there again.
 * @throws KubeError
 */
export async function releaseNamespaces(options: ReleaseNamespacesOptions, signal: AbortSignal): Promise<void> {
  const held: string[] = [];
  for await (const { items } of options.cluster.pages(namespaceType, { metadataOnly: true }, signal)) for (const { metadata } of items) if (metadata.finalizers?.some(isUpstreams) === true) held.push(metadata.name);
  for (const name of held) await releaseNamespace(name, options, signal);
}

async function releaseNamespace(name: string, { cluster, fieldManager, progress }: ReleaseNamespacesOptions, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const object = await cluster.get(namespaceType, { name }, signal);
    const { managedFields: _dropped, finalizers = [], ...metadata } = object?.metadata ?? { name };
    if (object === undefined || !finalizers.some(isUpstreams)) return;
    try {
      await cluster.update(namespaceType, { ...object, metadata: { ...metadata, finalizers: finalizers.filter((one) => !isUpstreams(one)) } }, { fieldManager }, signal);
      progress(`took the finalizers of External Secrets off Namespace ${name}`);
      return;
    } catch (error) {
      if (isKubeError(error, 'absent')) return;
      if (!isKubeError(error, 'conflict') || attempt === mostTries) throw error;
    }
  }
}

function isUpstreams(finalizer: string): boolean {
  return finalizer.startsWith(namespaceFinalizerPrefix);
}
