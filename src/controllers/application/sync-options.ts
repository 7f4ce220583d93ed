import type { OperationState } from '../../api/application-status.ts';
import { instanceName } from '../../gitops/apply/object/tracking.ts';
import type { SyncOptions } from '../../gitops/apply/sync-run.ts';
import type { Observed } from './observe.ts';

/** Annotation that makes every declared Secret gate, needed or not. */
const gateAnnotation = 'prelude.dev/gate';

export interface OperationContext {
  readonly controlNamespace: string;
  /** The one on record, or the one that begins. */
  readonly operation: OperationState | undefined;
}

/** What the Application asks of a pass in the given mode. */
export function syncOptionsOf(observed: Observed, mode: SyncOptions['mode'], context: OperationContext): SyncOptions {
  const { application, target } = observed;
  const { automated, createNamespace, managedNamespaceMetadata } = application.spec.syncPolicy;
  const { namespace = '', name, annotations = {} } = application.metadata;
  const { operation } = context;
  return {
    mode,
    instance: instanceName({ namespace, name }, context.controlNamespace),
    target: JSON.stringify(target),
    operation: `${target.revision}/${operation?.startedAt ?? ''}/${operation?.retryCount ?? 0}`,
    createNamespace,
    ...(managedNamespaceMetadata === undefined ? {} : { namespaceMetadata: managedNamespaceMetadata }),
    prune: automated?.prune ?? false,
    allowEmpty: automated?.allowEmpty ?? false,
    // Argo CD's default; what an object owns goes before it does
    propagation: 'Foreground',
    gateAll: annotations[gateAnnotation] === 'all',
  };
}
