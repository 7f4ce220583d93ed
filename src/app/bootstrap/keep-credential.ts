import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import type { GitUrl } from '../../gitops/source/git-url.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { writeAtomically } from '../../lib/write-atomically.ts';
import { listKeys } from '../sealing-keys/manage-keys.ts';
import { sealingCertificate } from '../sealing-keys/sealing-certificate.ts';
import { ownKeyShape } from '../sealing/local-certificate.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { bootstrapFieldManager, type BootstrapOptions, type BootstrapProgress, type BroughtCredential } from './bootstrap-options.ts';
import { makeDeployKey } from './deploy-key.ts';
import { credentialName, credentialSecret, type FoundCredential, holdsSame, inPlaceOf, nameTaken, refuseToReplace } from './repository-credential.ts';
import { openSealed, readSealedCredential, sealCredential } from './sealed-credential.ts';

export type CredentialPlan =
  /** Anybody may read it, for all we know. */
  | { readonly kind: 'none' }
  | { readonly kind: 'keep'; readonly secret: KubeObject }
  /** What the person brings, in the place of `before` where there is one. */
  | { readonly kind: 'write'; readonly wanted: KubeObject; readonly before?: KubeObject }
  | { readonly kind: 'open'; readonly sealed: KubeObject; readonly path: string }
  | { readonly kind: 'make' };

/**
 * Decides where the credential for the repository comes from. One that is there is kept, so that a key that is registered stays the one.
 * @throws BootstrapError where what is asked for cannot be
 */
export function planCredential(options: BootstrapOptions, address: GitUrl, found: FoundCredential | undefined): CredentialPlan {
  const { repository, namespace, sealTo } = options;
  const brought = repository.credential;
  if (brought !== undefined && (brought.kind === 'ssh') !== (address.kind === 'ssh')) throw new BootstrapError(brought.kind === 'ssh' ? 'an SSH key is for a repository over ssh, and this URL is none of ssh' : 'a user name and a password are for a repository over https, and this URL is one of ssh');
  if (brought !== undefined) return planWrite(options, brought, found?.credential.scope === 'repository' ? found : undefined);
  if (found !== undefined) return keptWith(found, repository.knownHosts);
  if (sealTo?.text !== undefined) return { kind: 'open', sealed: readSealedCredential(sealTo.text, sealTo.path, namespace), path: sealTo.path };
  return address.kind === 'ssh' ? { kind: 'make' } : { kind: 'none' };
}

function planWrite(options: BootstrapOptions, brought: BroughtCredential, found: FoundCredential | undefined): CredentialPlan {
  const knownHosts = options.repository.knownHosts ?? found?.credential.knownHosts;
  const wanted = credentialSecret({ ...options, repository: { ...options.repository, ...(knownHosts === undefined ? {} : { knownHosts }) } }, brought);
  // what is the same already may be anybody's
  if (found !== undefined && holdsSame(found.secret, wanted)) return { kind: 'keep', secret: found.secret };
  if (found !== undefined) refuseToReplace(found, options.name);
  refuseOtherFile(options);
  return { kind: 'write', wanted, ...(found === undefined ? {} : { before: found.secret }) };
}

/** A file that is there is written anew with the credential, so it must be that of the same Secret. @throws BootstrapError */
function refuseOtherFile({ sealTo, namespace, name }: BootstrapOptions): void {
  if (sealTo?.text === undefined) return;
  const { metadata } = readSealedCredential(sealTo.text, sealTo.path, namespace);
  if (metadata.name !== credentialName(name)) throw new BootstrapError(`${sealTo.path} is SealedSecret ${namespace}/${metadata.name}, and the credential is for Secret ${namespace}/${credentialName(name)}: name another file with --seal-to`);
}

function keptWith(found: FoundCredential, knownHosts: string | undefined): CredentialPlan {
  refuseOtherHosts(found, knownHosts);
  return { kind: 'keep', secret: found.secret };
}

/** @throws BootstrapError where the person names other host keys than it holds */
export function refuseOtherHosts({ secret, credential }: FoundCredential, knownHosts: string | undefined): void {
  if (knownHosts !== undefined && knownHosts.trim() !== credential.knownHosts?.trim()) throw new BootstrapError(`Secret ${formatKey(keyOf(secret))} is for this repository, and its known_hosts are others than those of --known-hosts: change them there, or leave --known-hosts out`);
}

export interface CredentialMeans {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly progress: BootstrapProgress;
  /** Where the sealing keys are. */
  readonly keyNamespace: string;
}

/**
 * Has the Secret of the repository in the cluster.
 * @returns it; undefined where none is needed
 * @throws BootstrapError, KubeError
 */
export async function keepCredential(plan: CredentialPlan, options: BootstrapOptions, { cluster, clock, progress }: Omit<CredentialMeans, 'keyNamespace'>, signal: AbortSignal): Promise<KubeObject | undefined> {
  switch (plan.kind) {
    case 'none':
      return undefined;
    case 'keep':
      return plan.secret;
    case 'open':
      return openSealed(cluster, plan.sealed, { clock, progress }, signal);
    case 'make': {
      const { privateKey, publicKey } = await makeDeployKey(`${options.namespace}-${options.name}`);
      return writeCredential(credentialSecret(options, { kind: 'ssh', privateKey }, publicKey), undefined, { cluster, progress }, signal);
    }
    case 'write':
      return writeCredential(plan.wanted, plan.before, { cluster, progress }, signal);
  }
}

/** What has no key opens nothing. @throws BootstrapError, KubeError */
export async function requireSealingKey(plan: CredentialPlan, { cluster, clock, keyNamespace }: Omit<CredentialMeans, 'progress'>, signal: AbortSignal): Promise<void> {
  if (plan.kind !== 'open' || (await listKeys({ cluster, namespace: keyNamespace, clock }, signal)).length > 0) return;
  throw new BootstrapError(`namespace ${keyNamespace} has no sealing key, so nothing opens ${plan.path}: give the backup of the keys with --keys-backup`);
}

async function writeCredential(wanted: KubeObject, before: KubeObject | undefined, { cluster, progress }: Pick<CredentialMeans, 'cluster' | 'progress'>, signal: AbortSignal): Promise<KubeObject> {
  const by = { fieldManager: bootstrapFieldManager };
  const name = formatKey(keyOf(wanted));
  if (before === undefined) {
    const created = await cluster.create(secretType, wanted, by, signal).catch((error: unknown) => {
      throw isKubeError(error, 'exists') ? nameTaken(keyOf(wanted)) : error;
    });
    progress.done(`Secret ${name} created`);
    return created;
  }
  const updated = await cluster.update(secretType, inPlaceOf(before, wanted), by, signal);
  progress.done(`Secret ${name} configured`);
  return updated;
}

/**
 * Seals the credential into a file for Git, over one that is there. The first sealing key is made where there is none.
 * @throws BootstrapError, SealError, KubeError
 */
export async function sealToFile(secret: KubeObject | undefined, { sealTo, name }: Pick<BootstrapOptions, 'sealTo' | 'name'>, { cluster, clock, progress, keyNamespace }: CredentialMeans, signal: AbortSignal): Promise<void> {
  if (sealTo === undefined) return;
  if (secret === undefined) throw new BootstrapError(`there is no credential to seal into ${sealTo.path}: the repository is read without one`);
  if (secret.metadata.name !== credentialName(name)) progress.done(`${sealTo.path} takes the credential of Secret ${formatKey(keyOf(secret))}`);
  const certificate = await sealingCertificate(ownKeyShape, { cluster, clock, namespace: keyNamespace }, signal);
  await writeAtomically(sealTo.path, await sealCredential(secret, certificate, clock));
  progress.done(`${sealTo.path} written: commit it, so that the credential comes back with the keys`);
}
