import type { ApplicationStatus } from '../../api/application-status.ts';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { defaultApplicationNamespace } from '../../api/application.ts';
import { readRepositorySecret } from '../../gitops/source/credentials/repository-credential.ts';
import { parseGitUrl, redactUrl } from '../../gitops/source/git-url.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { installCrds, shippedCrds } from '../install-crds.ts';
import { restoreKeys } from '../sealing-keys/manage-keys.ts';
import { refuseBesideLive } from '../takeover/live-operator.ts';
import { refuseBesideSealed } from '../takeover/live-sealed.ts';
import { ensureNamespace } from '../write-applications.ts';
import { applyObjects } from './apply-objects.ts';
import { untilUp } from './await-application.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { bootstrapFieldManager, type BootstrapOptions, type BootstrapProgress } from './bootstrap-options.ts';
import { type ControllerFacts, readChartValues } from './chart-values.ts';
import { renderController } from './controller-objects.ts';
import { placeToRegister } from './deploy-key.ts';
import { firstApplication } from './first-application.ts';
import { type CredentialMeans, type CredentialPlan, keepCredential, planCredential, sealToFile } from './keep-credential.ts';
import { clusterKnownHosts, requireHostKeys, untilReadable } from './reachable-repository.ts';
import { credentialFor, listCredentials, publicKeyOf } from './repository-credential.ts';

export interface BootstrapSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: BootstrapProgress;
}

/** What a bootstrap applies, but for the credential. */
export async function bootstrapObjects(options: BootstrapOptions, clock: Clock, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const facts = readChartValues(options.controller.values, options.namespace);
  const controller = options.controller.isInstalled ? await renderController(options, facts, clock, signal) : [];
  const namespaces = namespacesOf([options.namespace, facts.keyNamespace], controller).map((name): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  return [...(await shippedCrds()), ...namespaces, ...controller, firstApplication(options)];
}

/**
 * Makes a cluster one that follows a repository: definitions, the controller, the credential of the repository, the first Application.
 * What is there already is left as it is; a second run changes nothing.
 * @returns the status of the first Application, which is Synced and Healthy
 * @throws BootstrapError, SourceError, SealError, KubeError; the signal's reason
 */
export async function runBootstrap(cluster: Cluster, options: BootstrapOptions, surroundings: BootstrapSurroundings, signal: AbortSignal): Promise<ApplicationStatus> {
  const { clock, progress } = surroundings;
  const { namespace, repository, keysBackup } = options;
  const facts = readChartValues(options.controller.values, namespace);
  const controller = options.controller.isInstalled ? await renderController(options, facts, clock, signal) : [];
  const credential = await observeCredential(cluster, options, facts, signal);
  await refuseRivals(cluster, facts, surroundings, signal);

  for (const name of await installCrds(cluster, clock, signal)) progress.done(`CustomResourceDefinition ${name} created`);
  for (const name of namespacesOf([namespace, facts.keyNamespace], controller)) if (await ensureNamespace(cluster, name, signal)) progress.done(`Namespace ${name} created`);
  if (keysBackup !== undefined) {
    // before the controller is there: it would make a key of its own
    const { created, taken } = await restoreKeys(keysBackup.file, keysBackup.secrets, keysBackup.where, { cluster, namespace: facts.keyNamespace, clock }, signal);
    for (const name of created) progress.done(`Sealing key ${facts.keyNamespace}/${name} restored`);
    if (taken.length > 0) throw new BootstrapError(`Secret ${facts.keyNamespace}/${taken[0] ?? ''} is another one than that of the backup: nothing was overwritten; see "prelude keys list -n ${facts.keyNamespace}"`);
  }
  await applyObjects(cluster, controller, progress, signal);

  const deadline = new AbortController();
  const cancel = clock.after(options.timeout, () => deadline.abort());
  const until = AbortSignal.any([signal, deadline.signal]);
  let waitsFor = 'the repository';
  try {
    const heard: BootstrapProgress = { ...progress, waiting: (message) => progress.waiting((waitsFor = message)) };
    await makeReadable(credential, options, { cluster, clock, progress: heard, keyNamespace: facts.keyNamespace, environment: surroundings.environment }, until);
    await writeFirst(cluster, options, progress, until);
    return await untilUp(cluster, { namespace, name: options.name, repository, clock, progress: heard }, until);
  } catch (error) {
    if (signal.aborted || !deadline.signal.aborted) throw error;
    throw new BootstrapError(`gave up after ${options.timeout / 1000} s: ${waitsFor}. What was made stays, the key too; the same command goes on from here`, { cause: error });
  } finally {
    cancel();
  }
}

function namespacesOf(own: readonly string[], objects: readonly KubeObject[]): readonly string[] {
  return [...new Set([...own, ...objects.flatMap(({ metadata }) => metadata.namespace ?? [])])];
}

/** Others that would write the same Secrets are told of before anything is written. */
async function refuseRivals(cluster: Cluster, { controllerClass, opensSealedSecrets, keyNamespace }: ControllerFacts, { clock, log }: BootstrapSurroundings, signal: AbortSignal): Promise<void> {
  const guard = { clock, log, patient: false };
  const operator = controllerClass === undefined ? undefined : await refuseBesideLive(cluster, { controllerClass, ...guard }, signal);
  if (operator !== undefined) throw new BootstrapError(`${operator}. Or set secrets.enabled: false in --values`);
  const sealed = opensSealedSecrets ? await refuseBesideSealed(cluster, { keyNamespace, namespaces: [], ...guard }, signal) : undefined;
  if (sealed !== undefined) throw new BootstrapError(`${sealed}. Or set sealedSecrets.enabled: false in --values`);
}

interface Observed {
  readonly plan: CredentialPlan;
  /** Of all repositories. */
  readonly knownHosts: string;
}

/** Reads what there is to read the repository with, and decides on it. */
async function observeCredential(cluster: Cluster, options: BootstrapOptions, { applicationNamespaces }: ControllerFacts, signal: AbortSignal): Promise<Observed> {
  const { repository, namespace } = options;
  const address = parseGitUrl(repository.url);
  if (address.kind === 'file') throw new BootstrapError('a controller reads repositories over https and ssh, and no folders: give the URL of the repository on its server');
  const namespaces = [...new Set([namespace, ...applicationNamespaces.filter((name) => name === defaultApplicationNamespace)])];
  const all = await listCredentials(cluster, namespaces, signal);
  const knownHosts = await clusterKnownHosts(cluster, namespaces, signal);
  const found = credentialFor(all, repository.url);
  const plan = planCredential(options, address, found);
  // a sealed one may bring its own
  if (plan.kind !== 'open') requireHostKeys(address, [repository.knownHosts ?? '', found?.credential.knownHosts ?? '', knownHosts]);
  return { plan, knownHosts };
}

interface ReadingMeans extends CredentialMeans {
  readonly environment: BootstrapSurroundings['environment'];
}

/** Has a credential that the repository's server takes. */
async function makeReadable({ plan, knownHosts }: Observed, options: BootstrapOptions, { environment, ...means }: ReadingMeans, signal: AbortSignal): Promise<void> {
  const { repository } = options;
  const secret = await keepCredential(plan, options, means, signal);
  await sealToFile(secret, options, means, signal);
  const publicKey = secret === undefined ? undefined : publicKeyOf(secret);
  if (plan.kind === 'make' && publicKey !== undefined) means.progress.register({ publicKey, where: placeToRegister(repository.url) });
  const credential = secret === undefined ? undefined : readRepositorySecret(secret);
  const reading = { repository, credentials: credential === undefined ? [] : [credential], knownHosts, environment, clock: means.clock };
  const heard: BootstrapProgress = {
    ...means.progress,
    waiting: (message) => {
      // a key that was made before, and is not registered yet
      if (plan.kind === 'keep' && publicKey !== undefined) means.progress.register({ publicKey, where: placeToRegister(repository.url) });
      means.progress.waiting(message);
    },
  };
  const commit = await untilReadable({ ...reading, isPatient: publicKey !== undefined, progress: heard }, signal);
  means.progress.read(`${redactUrl(repository.url)} ${repository.revision} is ${commit.slice(0, 12)}`);
}

async function writeFirst(cluster: Cluster, options: BootstrapOptions, progress: BootstrapProgress, signal: AbortSignal): Promise<void> {
  const application = firstApplication(options);
  const before = await cluster.get(applicationType, keyOf(application), signal, { metadataOnly: true });
  const after = await cluster.apply(applicationType, application, { fieldManager: bootstrapFieldManager, force: true }, signal);
  if (before?.metadata.generation !== after.metadata.generation) progress.done(`Application ${formatKey(keyOf(application))} ${before === undefined ? 'created' : 'configured'}`);
}
