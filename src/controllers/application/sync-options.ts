import type { RequestedOperation } from '../../api/application-operation.ts';
import type { OperationState } from '../../api/application-status.ts';
import { instanceName } from '../../gitops/apply/object/tracking.ts';
import { rollAnnotation } from '../../gitops/apply/rollout/rollout-stamp.ts';
import { isDeletionApproved } from '../../gitops/apply/prune/deletion-approved.ts';
import type { SyncOptions } from '../../gitops/apply/sync-run.ts';
import type { SyncChoices } from '../../api/sync-option.ts';
import type { Admitted } from '../../gitops/history/admitted.ts';
import { requestOf, selectionOf } from '../../gitops/history/requested-operation.ts';
import type { Observed } from './observe.ts';

/** Annotation that makes every declared Secret gate, needed or not. */
const gateAnnotation = 'prelude.dev/gate';

export interface OperationContext {
  readonly controlNamespace: string;
  /** The one on record, or the one that begins. */
  readonly operation: OperationState | undefined;
  /** What is on record of the target; absent where nothing is, or where it is not the last revision. */
  readonly admitted?: Admitted | undefined;
}

/** What a request says counts for the whole of it: options it does not name were not asked for, unless it names none at all. */
function choicesOf(application: SyncChoices, asked: RequestedOperation | undefined): SyncChoices {
  const { createNamespace: _namespace, ...chosen } = asked?.choices ?? application;
  return asked?.force === true ? { ...chosen, force: true } : chosen;
}

/** What the Application asks of a pass in the given mode. */
export function syncOptionsOf(observed: Observed, mode: SyncOptions['mode'], context: OperationContext): SyncOptions {
  const { application, target } = observed;
  const { automated, createNamespace, managedNamespaceMetadata } = application.spec.syncPolicy;
  const asked = mode === 'sync' ? requestOf(context.operation) : undefined;
  const choices = choicesOf(application.spec.syncPolicy.choices, asked);
  const only = asked === undefined ? undefined : selectionOf(asked);
  const { namespace = '', name, annotations = {} } = application.metadata;
  const { operation, admitted } = context;
  return {
    mode: asked?.dryRun === true ? 'compare' : mode,
    instance: instanceName({ namespace, name }, context.controlNamespace),
    // what opens the barrier for a part has not opened it for the whole
    target: only === undefined ? JSON.stringify(target) : `${JSON.stringify(target)} in part`,
    operation: `${target.revision}/${operation?.startedAt ?? ''}/${operation?.retryCount ?? 0}`,
    createNamespace: asked?.choices?.createNamespace ?? createNamespace,
    ...(managedNamespaceMetadata === undefined ? {} : { namespaceMetadata: managedNamespaceMetadata }),
    prune: asked?.prune ?? automated?.prune ?? false,
    allowEmpty: automated?.allowEmpty ?? false,
    // Argo CD's default; what an object owns goes before it does
    propagation: choices.propagation ?? 'Foreground',
    choices,
    ignored: application.spec.ignoreDifferences,
    deletionApproved: isDeletionApproved(application.metadata, operation?.startedAt),
    ...(only === undefined ? {} : { only }),
    skipHooks: asked?.skipHooks ?? false,
    rollOnRotation: annotations[rollAnnotation] !== 'false',
    gateAll: annotations[gateAnnotation] === 'all',
    ...(admitted?.gate === undefined ? {} : { admitted: admitted.gate }),
    ...(admitted?.isTouched === undefined ? {} : { isTouched: admitted.isTouched }),
  };
}
