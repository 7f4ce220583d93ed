import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { textAt } from '../../gitops/health/live-field.ts';
import { normaliseGitUrl, redactUrl } from '../../gitops/source/git-url.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { bootstrapFieldManager, type BootstrapProgress } from './bootstrap-options.ts';

/**
 * Leaves an Application alone that has the name and follows another repository: with ours in its place, all that it stands for would be pruned.
 * @returns the one that is there
 * @throws BootstrapError, KubeError
 */
export async function refuseOtherApplication(cluster: Cluster, wanted: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
  const live = await liveApplication(cluster, wanted, signal);
  const [theirs, ours] = [textAt(live, 'spec', 'source', 'repoURL'), textAt(wanted, 'spec', 'source', 'repoURL') ?? ''];
  const isSame = theirs !== undefined && (theirs === ours || (normaliseGitUrl(theirs) ?? theirs) === normaliseGitUrl(ours));
  if (live === undefined || isSame) return live;
  throw new BootstrapError(`Application ${formatKey(keyOf(live))} is there already, and follows ${theirs === undefined ? 'other sources' : redactUrl(theirs)}: pass another name for this one with --name`);
}

/** Undefined too where the kind is not served yet. */
async function liveApplication(cluster: Cluster, wanted: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(applicationType, keyOf(wanted), signal);
  } catch (error) {
    if (isKubeError(error, 'absent')) return undefined;
    throw error;
  }
}

/** Applies the first Application; what others say of it is not overwritten. @throws BootstrapError, KubeError */
export async function writeFirstApplication(cluster: Cluster, wanted: KubeObject, progress: BootstrapProgress, signal: AbortSignal): Promise<void> {
  const before = await refuseOtherApplication(cluster, wanted, signal);
  const what = `Application ${formatKey(keyOf(wanted))}`;
  try {
    const after = await cluster.apply(applicationType, wanted, { fieldManager: bootstrapFieldManager }, signal);
    if (before?.metadata.generation !== after.metadata.generation) progress.done(`${what} ${before === undefined ? 'created' : 'configured'}`);
  } catch (error) {
    if (!isKubeError(error, 'conflict')) throw error;
    throw new BootstrapError(`${what} is kept by somebody else, and differs: ${error.message}. Change it there (Git, kubectl), give the same --revision and --path, or pass another --name`);
  }
}
