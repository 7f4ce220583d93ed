import type { KubeObject } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { ResourceType } from '../../kube/port.ts';
import { namespaceType } from '../../kube/resource-types.ts';
import type { ActOptions } from './act.ts';
import { changedMeanwhile, mostAttempts } from './act.ts';

/** Takes a finalizer of External Secrets off a Namespace, which it would hold for ever. */
export async function releaseNamespace<Spec>(name: string, finalizer: string, options: ActOptions<Spec>, signal: AbortSignal): Promise<void> {
  await dropFinalizer({ type: namespaceType, name, finalizer }, options, signal);
}

/** Takes External Secrets' finalizer off a declaration, so that it can go. */
export async function releaseDeclaration<Spec>(name: string, finalizer: string, options: ActOptions<Spec>, signal: AbortSignal): Promise<void> {
  await dropFinalizer({ type: options.kind.type, name, finalizer }, options, signal);
}

interface Hold {
  readonly type: ResourceType;
  readonly name: string;
  readonly finalizer: string;
}

async function dropFinalizer<Spec>({ type, name, finalizer }: Hold, { cluster, writes, fieldManager }: ActOptions<Spec>, signal: AbortSignal): Promise<void> {
  for (let count = 0; count < mostAttempts; count += 1) {
    const object = await cluster.get(type, { name }, signal);
    if (object?.metadata.finalizers?.includes(finalizer) !== true) return;
    try {
      await writes.run(() => cluster.update(type, withoutFinalizer(object, finalizer), { fieldManager }, signal), signal);
      return;
    } catch (error) {
      if (isKubeError(error, 'absent')) return;
      if (!isKubeError(error, 'conflict')) throw error;
    }
  }
  throw changedMeanwhile(type, { name });
}

function withoutFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const { managedFields: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, finalizers: (metadata.finalizers ?? []).filter((other) => other !== finalizer) } };
}
