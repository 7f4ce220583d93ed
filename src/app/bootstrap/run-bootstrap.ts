import type { ApplicationStatus } from '../../api/application-status.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { installCrds, shippedCrds } from '../install-crds.ts';
import { restoreKeys } from '../sealing-keys/manage-keys.ts';
import { ensureNamespace } from '../write-applications.ts';
import { applyObjects } from './apply-objects.ts';
import { untilUp } from './await-application.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions, BootstrapProgress } from './bootstrap-options.ts';
import { readChartValues, refuseUnopened } from './chart-values.ts';
import { renderController } from './controller-objects.ts';
import { firstApplication } from './first-application.ts';
import { requireSealingKey } from './keep-credential.ts';
import { makeReadable } from './make-readable.ts';
import { observeCredential } from './observe-credential.ts';
import { refuseRivals } from './refuse-rivals.ts';
import { refuseOtherApplication, writeFirstApplication } from './write-first-application.ts';

export interface BootstrapSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: BootstrapProgress;
}

/** What a bootstrap applies, but for the credential. */
export async function bootstrapObjects(options: BootstrapOptions, clock: Clock, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const facts = readChartValues(options.controller, options.namespace);
  refuseUnopened(options, facts);
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
  const facts = readChartValues(options.controller, namespace);
  refuseUnopened(options, facts);
  const application = firstApplication(options);
  const controller = options.controller.isInstalled ? await renderController(options, facts, clock, signal) : [];
  const credential = await observeCredential(cluster, options, facts, signal);
  await refuseOtherApplication(cluster, application, signal);
  if (options.controller.isInstalled) await refuseRivals(cluster, facts, surroundings, signal);

  for (const name of await installCrds(cluster, clock, signal)) progress.done(`CustomResourceDefinition ${name} created`);
  for (const name of namespacesOf([namespace, facts.keyNamespace], controller)) if (await ensureNamespace(cluster, name, signal)) progress.done(`Namespace ${name} created`);
  if (keysBackup !== undefined) {
    // before the controller is there: it would make a key of its own
    const { created, taken } = await restoreKeys(keysBackup.file, keysBackup.secrets, keysBackup.where, { cluster, namespace: facts.keyNamespace, clock }, signal);
    for (const name of created) progress.done(`Sealing key ${facts.keyNamespace}/${name} restored`);
    if (taken.length > 0) throw new BootstrapError(`Secret ${facts.keyNamespace}/${taken[0] ?? ''} is another one than that of the backup: nothing was overwritten; see "prelude keys list -n ${facts.keyNamespace}"`);
  }
  // before the controller is there, too
  await requireSealingKey(credential.plan, { cluster, clock, keyNamespace: facts.keyNamespace }, signal);
  await applyObjects(cluster, controller, progress, signal);

  const deadline = new AbortController();
  const cancel = clock.after(options.timeout, () => deadline.abort());
  const until = AbortSignal.any([signal, deadline.signal]);
  let waitsFor = 'the repository';
  try {
    const heard: BootstrapProgress = { ...progress, waiting: (message) => progress.waiting((waitsFor = message)) };
    await makeReadable(credential, options, { cluster, clock, progress: heard, keyNamespace: facts.keyNamespace, environment: surroundings.environment }, until);
    await writeFirstApplication(cluster, application, progress, until);
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
