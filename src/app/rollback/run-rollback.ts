import { parseApplication } from '../../api/application.ts';
import { formatKey, keyOf, type KubeObject } from '../../api/object.ts';
import { printPin, readPin, rollbackAnnotation, type RollbackPin } from '../../gitops/history/rollback-pin.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { ApplicationName } from '../applications/application-name.ts';
import { findApplication } from '../applications/find-application.ts';
import type { ClusterOptions } from '../options.ts';
import { type CommandSurroundings, withTargetCluster } from '../with-target-cluster.ts';
import { chooseRevision, type RollbackChoice } from './choose-revision.ts';

export interface RollbackOptions {
  readonly cluster: ClusterOptions;
  readonly application: ApplicationName;
  /** An id or a revision; absent: the one before. */
  readonly to?: string;
  /** Who is at the terminal, where it is known. */
  readonly by?: string;
  /** Follow the branch again. */
  readonly release: boolean;
}

/** What has been asked of the controller. */
export type RollbackResult =
  | ({ readonly kind: 'pinned'; readonly application: string; readonly isAutomated: boolean } & RollbackChoice)
  /** `pin`: what it was; absent where there was none. */
  | { readonly kind: 'released'; readonly application: string; readonly pin?: RollbackPin };

const fieldManager = 'prelude-cli';
const attempts = 5;

/**
 * Writes the annotation that has an Application go back, or takes it away. The controller does the rest.
 * @throws KubeError
 */
export async function runRollback(options: RollbackOptions, surroundings: CommandSurroundings, signal: AbortSignal): Promise<RollbackResult> {
  return withTargetCluster(options.cluster, surroundings, async (cluster) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await rollBack(cluster, options, signal);
      } catch (error) {
        // its controller writes it, too
        if (!isKubeError(error, 'conflict') || attempt === attempts) throw error;
      }
    }
  });
}

async function rollBack(cluster: Cluster, options: RollbackOptions, signal: AbortSignal): Promise<RollbackResult> {
  const application = await findApplication(cluster, options.application, signal);
  const name = formatKey(keyOf(application));
  const parsed = parseApplication(application);
  if (options.release) {
    const read = parsed.ok ? readPin(parsed.value) : {};
    await annotate(cluster, application, undefined, signal);
    return { kind: 'released', application: name, ...('pin' in read && read.pin !== undefined ? { pin: read.pin } : {}) };
  }
  const choice = chooseRevision(application, options.to, options.by);
  await annotate(cluster, application, printPin(choice.pin), signal);
  return { kind: 'pinned', application: name, isAutomated: parsed.ok && parsed.value.spec.syncPolicy.automated !== undefined, ...choice };
}

async function annotate(cluster: Cluster, application: KubeObject, pin: string | undefined, signal: AbortSignal): Promise<void> {
  const { [rollbackAnnotation]: before, ...others } = application.metadata.annotations ?? {};
  if (before === pin) return;
  const annotations = pin === undefined ? others : { ...others, [rollbackAnnotation]: pin };
  await cluster.update(applicationType, { ...application, metadata: { ...application.metadata, annotations } }, { fieldManager }, signal);
}
