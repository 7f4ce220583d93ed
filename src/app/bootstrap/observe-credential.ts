import { type GitUrl, parseGitUrl } from '../../gitops/source/git-url.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import { credentialNamespaces } from '../repository-credentials.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions } from './bootstrap-options.ts';
import type { ControllerFacts } from './chart-values.ts';
import { type CredentialPlan, planCredential } from './keep-credential.ts';
import { clusterKnownHosts, requireHostKeys } from './reachable-repository.ts';
import { credentialFor, credentialName, listCredentials, nameTaken } from './repository-credential.ts';

export interface Observed {
  readonly plan: CredentialPlan;
  readonly address: GitUrl;
  /** Of all repositories. */
  readonly knownHosts: string;
}

/**
 * Reads what there is to read the repository with, and decides on it.
 * @throws BootstrapError, SourceError, KubeError
 */
export async function observeCredential(cluster: Cluster, options: BootstrapOptions, { applicationNamespaces }: ControllerFacts, signal: AbortSignal): Promise<Observed> {
  const { repository, namespace } = options;
  const address = parseGitUrl(repository.url);
  if (address.kind === 'file') throw new BootstrapError('a controller reads repositories over https and ssh, and no folders: give the URL of the repository on its server');
  const namespaces = credentialNamespaces(namespace, applicationNamespaces);
  const all = await listCredentials(cluster, namespaces, signal);
  const knownHosts = await clusterKnownHosts(cluster, namespaces, signal);
  const found = credentialFor(all, repository.url);
  const plan = planCredential(options, address, found);
  // a sealed one may bring its own
  if (plan.kind !== 'open') requireHostKeys(address, [repository.knownHosts ?? '', found?.credential.knownHosts ?? '', knownHosts]);
  await requireFreeName(cluster, plan, options, signal);
  return { plan, address, knownHosts };
}

/** A Secret of that name which is not for this repository, that of another bootstrap for one, is seen before anything is written. */
async function requireFreeName(cluster: Cluster, plan: CredentialPlan, { namespace, name }: BootstrapOptions, signal: AbortSignal): Promise<void> {
  if (plan.kind !== 'make' && (plan.kind !== 'write' || plan.before !== undefined)) return;
  const key = { namespace, name: credentialName(name) };
  if ((await cluster.get(secretType, key, signal, { metadataOnly: true })) !== undefined) throw nameTaken(key);
}
