import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { readRepositorySecret, type RepositoryCredential } from '../../gitops/source/credentials/repository-credential.ts';
import { redactUrl } from '../../gitops/source/git-url.ts';
import type { BootstrapOptions, BootstrapProgress } from './bootstrap-options.ts';
import { placeToRegister } from './deploy-key.ts';
import { type CredentialMeans, type CredentialPlan, keepCredential, refuseOtherHosts, sealToFile } from './keep-credential.ts';
import type { Observed } from './observe-credential.ts';
import { requireHostKeys, untilReadable } from './reachable-repository.ts';
import { publicKeyOf } from './repository-credential.ts';

export interface ReadingMeans extends CredentialMeans {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Has a credential that the repository's server takes. @throws BootstrapError, SourceError, SealError, KubeError; the signal's reason */
export async function makeReadable(observed: Observed, options: BootstrapOptions, means: ReadingMeans, signal: AbortSignal): Promise<void> {
  const { plan } = observed;
  const commit = await (plan.kind === 'write' ? tryAndWrite(plan, observed, options, means, signal) : keepAndRead(observed, options, means, signal));
  means.progress.read(`${redactUrl(options.repository.url)} ${options.repository.revision} is ${commit.slice(0, 12)}`);
}

/** A credential that the server does not take must not replace one that it takes. @returns the commit */
async function tryAndWrite(plan: Extract<CredentialPlan, { kind: 'write' }>, { knownHosts }: Observed, options: BootstrapOptions, means: ReadingMeans, signal: AbortSignal): Promise<string> {
  const brought = credentialsOf(plan.wanted).map((credential) => ({ ...credential, name: 'the command line' }));
  const commit = await untilReadable({ repository: options.repository, credentials: brought, knownHosts, environment: means.environment, clock: means.clock, isPatient: false, progress: means.progress }, signal);
  // the file first: once the Secret is the same, nobody can tell that the file still holds the one before
  await sealToFile(plan.wanted, options, means, signal);
  await keepCredential(plan, options, means, signal);
  return commit;
}

/** @returns the commit */
async function keepAndRead({ plan, address, knownHosts }: Observed, options: BootstrapOptions, means: ReadingMeans, signal: AbortSignal): Promise<string> {
  const { repository, sealTo, namespace } = options;
  const secret = await keepCredential(plan, options, means, signal);
  if (plan.kind === 'open' && secret !== undefined) checkOpened(secret, { plan, address, knownHosts }, { repository, namespace });
  if (sealTo?.text === undefined) await sealToFile(secret, options, means, signal);
  const publicKey = secret === undefined ? undefined : publicKeyOf(secret);
  const register = (): void => {
    if (publicKey !== undefined) means.progress.register({ publicKey, where: placeToRegister(repository.url) });
  };
  if (plan.kind === 'make') register();
  const heard: BootstrapProgress = {
    ...means.progress,
    waiting: (message) => {
      // a key that was made before, and is not registered yet
      if (plan.kind === 'keep') register();
      means.progress.waiting(message);
    },
  };
  return untilReadable({ repository, credentials: credentialsOf(secret), knownHosts, environment: means.environment, clock: means.clock, isPatient: publicKey !== undefined, progress: heard }, signal);
}

/** Nothing can be written into a Secret that a SealedSecret makes: host keys stand in it already, or where the controller finds those of all repositories. */
function checkOpened(secret: KubeObject, { plan, address, knownHosts }: Observed, { repository, namespace }: Pick<BootstrapOptions, 'repository' | 'namespace'>): void {
  const [credential] = credentialsOf(secret);
  const from = plan.kind === 'open' ? plan.path : '';
  const remedy = `and write the lines into ssh_known_hosts of ConfigMap ${namespace}/argocd-ssh-known-hosts-cm, for --known-hosts changes nothing here: Secret ${formatKey(keyOf(secret))} comes from ${from}, which holds none`;
  requireHostKeys(address, [credential?.knownHosts ?? '', knownHosts], remedy);
  if (credential !== undefined) refuseOtherHosts({ secret, credential }, repository.knownHosts);
}

function credentialsOf(secret: KubeObject | undefined): readonly RepositoryCredential[] {
  const credential = secret === undefined ? undefined : readRepositorySecret(secret);
  return credential === undefined ? [] : [credential];
}
