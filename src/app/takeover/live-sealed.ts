import { formatKey, type ObjectKey } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { deploymentType } from '../../kube/resource-types.ts';
import { type RivalGuard, refuseBesideRival } from './rival-guard.ts';
import { type SealedDeployment, sealedDeployment } from './sealed-deployment.ts';
import { secretWriters } from './secret-writers.ts';
import { isLive } from './upstream-deployment.ts';

export interface SealedGuard extends RivalGuard {
  readonly keyNamespace: string;
  /** Where we look; empty: everywhere. */
  readonly namespaces: readonly string[];
}

const doubt = "a Deployment looks like Sealed Secrets' controller, and its service account may not update Secrets in all namespaces: it is not taken for one; stop it where it is";

/**
 * Whether the controller of SealedSecrets may start: not beside a live one of Sealed Secrets that serves a namespace of ours. A Deployment in
 * the namespace of the keys is believed, because whoever can make one there has the keys; of others, those alone whose service account
 * may update Secrets everywhere. Who may not look at all namespaces looks at that of the keys.
 * @returns why not, for a person
 * @throws KubeError; the signal's reason
 */
export function refuseBesideSealed(cluster: Cluster, { keyNamespace, namespaces, ...guard }: SealedGuard, signal: AbortSignal): Promise<string | undefined> {
  const look = async (): Promise<string | undefined> => {
    const found = (await findSealed(cluster, keyNamespace, signal)).filter((one) => isLive(one) && competes(one, namespaces));
    const rival = found.find(({ isCertain }) => isCertain);
    for (const { namespace, name, isCertain } of found) if (!isCertain) guard.log.warn({ deployment: `${namespace}/${name}` }, doubt);
    return rival === undefined ? undefined : besideSealedMessage(rival, guard.remedy);
  };
  return refuseBesideRival("Sealed Secrets' controller", look, guard, signal);
}

/** @throws KubeError */
async function findSealed(cluster: Cluster, keyNamespace: string, signal: AbortSignal): Promise<readonly (SealedDeployment & { readonly isCertain: boolean })[]> {
  try {
    const found = await deployments(cluster, undefined, signal);
    const elsewhere = found.filter(({ namespace }) => namespace !== keyNamespace).map(accountOf);
    const writers = await secretWriters(cluster, elsewhere, signal);
    return found.map((one) => ({ ...one, isCertain: one.namespace === keyNamespace || writers.has(formatKey(accountOf(one))) }));
  } catch (error) {
    if (!isKubeError(error, 'denied')) throw error;
    return (await deployments(cluster, keyNamespace, signal)).map((one) => ({ ...one, isCertain: true }));
  }
}

async function deployments(cluster: Cluster, namespace: string | undefined, signal: AbortSignal): Promise<readonly SealedDeployment[]> {
  const found: SealedDeployment[] = [];
  for await (const { items } of cluster.pages(deploymentType, namespace === undefined ? {} : { namespace }, signal)) found.push(...items.flatMap((object) => sealedDeployment(object) ?? []));
  return found;
}

function accountOf({ namespace, serviceAccount: name }: SealedDeployment): Required<ObjectKey> {
  return { namespace, name };
}

/** Whether both would write the same Secrets. It serves all namespaces unless it was told that its own and some others are all. */
function competes({ flags, namespace }: SealedDeployment, ours: readonly string[]): boolean {
  if (flags.get('all-namespaces') !== 'false' || ours.length === 0) return true;
  const served = new Set([namespace, ...(flags.get('additional-namespaces') ?? '').split(',').map((name) => name.trim())]);
  return ours.some((name) => served.has(name));
}

const sealedRemedy = 'See "prelude takeover sealed-secrets --check", stop it (--apply --scale-down does), leave sealed out of --controllers, or say --seal-beside-upstream';

function besideSealedMessage({ namespace, name }: SealedDeployment, remedy = sealedRemedy): string {
  return `Sealed Secrets' controller runs here: Deployment ${namespace}/${name}. Two controllers would write the same Secrets, and each make keys that new values are sealed for. ` + remedy;
}
