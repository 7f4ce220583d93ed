import { generators } from '../../providers/index.ts';
import { defaultApplicationNamespace } from '../api/application.ts';
import { silentProgress } from '../gitops/apply/progress.ts';
import type { CompiledCheck } from '../gitops/health/custom-rules.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { version } from '../lib/version.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import { judgeLiveness, judgeReadiness } from '../server/health.ts';
import type { Server } from '../server/listen-at.ts';
import { createServer, type ServerData } from '../server/server.ts';
import { authorityOver } from './leadership.ts';
import { adapterEnvironment } from './adapter-environment.ts';
import { startAdmissionWebhook } from './admission-webhook.ts';
import type { Events, Wake } from './events/open-events.ts';
import { pushedRepositories } from './events/git/pushed-repositories.ts';
import { failureMessage } from './failure-message.ts';
import { createFoundation } from './foundation.ts';
import { composeGit } from './git-half.ts';
import type { Foundation, Half } from './half.ts';
import { loadProviders } from './load-providers.ts';
import type { Address, RunOptions } from './options.ts';
import { composePodGate, type PodGateHalf, type PodGateHalfOptions } from './pod-gate.ts';
import { runAsLeader } from './run-as-leader.ts';
import { runHalves } from './run-halves.ts';
import { composeSealed, type SealedHalf, sealedHalfOptions } from './sealed-half.ts';
import { serveKubeseal } from './sealing-keys/serve-kubeseal.ts';
import { composeSecrets } from './secrets-half.ts';
import type { Notify } from './notify/open-notify.ts';
import { watchDeliveries } from './notify/watch-deliveries.ts';
import { ownAddresses } from './own-addresses.ts';
import { credentialNamespaces } from './repository-credentials.ts';
import { createSourceMeans } from './source-means.ts';
import { refuseBesideLive } from './takeover/live-operator.ts';
import { refuseBesideSealed } from './takeover/live-sealed.ts';
import { openTargetCluster } from './target-cluster.ts';

export interface RunSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A reconcile of a large Application may take minutes; beyond this only a restart helps. */
const stuckAfter = 15 * 60_000;

/** Milliseconds to give the Lease back in. */
const lastRequest = 3_000;
/** Milliseconds after which one that hears nothing of its Lease is of no use: it has no right to it, or no API server. */
const longestSilence = 60_000;
const always = (): boolean => true;

/**
 * The controller: runs until the signal aborts, then drains.
 * @returns why it could not start, for a person
 * @throws UsageError for an adapter that cannot be loaded, and for events whose configuration is wrong
 */
export async function run(options: RunOptions, { environment }: RunSurroundings, signal: AbortSignal): Promise<string | undefined> {
  const registry = await loadProviders(options.adapters.packages);
  const clock = systemClock;
  const log = createLog({ level: options.logLevel, destination: 'stdout' });
  const metrics = createMetrics({ version, process: true });
  const events = options.events === undefined ? undefined : await (await import('./events/open-events.ts')).openEvents(options.events, { clock, random: Math.random, log });
  const notify = options.notifyConfig === undefined ? undefined : await (await import('./notify/open-notify.ts')).openNotify(options.notifyConfig, { clock, random: Math.random, log, ownAddresses: ownAddresses(environment) });
  const healthRules = options.healthRules === undefined ? undefined : await (await import('./health-rules.ts')).readHealthRules(options.healthRules);
  let foundation;
  let candidate;
  try {
    const auditTo = createLog({ level: 'info', destination: 'stdout' });
    const authority = await authorityOver(() => openTargetCluster(options.cluster, { clock, log, metrics }), options, { environment, clock, random: Math.random, log, auditTo });
    const { cluster } = authority;
    candidate = authority.candidate;
    foundation = createFoundation({ cluster, clock, random: Math.random, log, metrics, namespaces: options.namespaces, ...(candidate === undefined ? {} : { mayWrite: candidate.seat.isHeld }) });
  } catch (error) {
    const message = failureMessage(error);
    if (message === undefined) throw error;
    return message;
  }
  const { halves, wake, sealed, podGate } = compose(foundation, options, { registry, environment: adapterEnvironment(environment, options.adapters), ...(events === undefined ? {} : { placeOf: events.placeOf }), ...(notify === undefined ? {} : { notify }), ...(healthRules === undefined ? {} : { healthRules }) });
  const caches = halves.flatMap((half) => half.caches);
  const controllers = halves.flatMap((half) => half.controllers);
  let started = false;
  /** Whether whoever is led here finds somebody: one that waits to lead answers, too, and one that must not start never does. */
  let listens = false;
  const mayWrite = candidate?.seat.isHeld ?? always;
  const data: ServerData = {
    live: () => judgeLiveness(controllers.map(({ name, oldestRun }) => ({ name, stuckFor: oldestRun })), stuckAfter),
    ready: () => judgeReadiness([{ name: 'servers', ready: () => listens }, { name: 'caches', ready: () => started || !mayWrite() }, { name: 'lease', ready: () => (candidate?.silence() ?? 0) < longestSilence }, ...caches.map(({ name, healthy }) => ({ name, ready: healthy }))]),
    metrics: () => metrics.expose(),
  };
  try {
    const server = await listen(options.listen, data);
    if (typeof server === 'string') return server;
    try {
      const refused = await refuseStart(foundation, options, signal);
      if (refused !== undefined) return refused;
      const webhook = options.admission === undefined ? undefined : await startAdmissionWebhook(options.admission, { registry, clock, log, ...(podGate === undefined ? {} : { holdsPod: podGate.holdsPod }) });
      if (typeof webhook === 'string') return webhook;
      // what comes while the controllers drain would be lost: it is to be sent again
      const listening = await events?.start(wake, () => started && !signal.aborted && mayWrite());
      if (typeof listening === 'string') {
        await webhook?.close();
        return listening;
      }
      const sealing = sealed === undefined || options.sealing?.listen === undefined ? undefined : await serveKubeseal(options.sealing.listen, sealed.keys, { ...options.sealing, cluster: foundation.cluster, clock, counts: metrics.sealedSecrets() });
      if (typeof sealing === 'string') {
        await listening?.close();
        await webhook?.close();
        return sealing;
      }
      listens = true;
      log.info({ version, cluster: foundation.cluster.name, controllers: [...options.controllers], port: server.port }, 'prelude runs');
      try {
        const problem = await runAsLeader(candidate, { options, environment, log, clock, random: Math.random, cluster: foundation.cluster }, (until) => runHalves(until, halves, { clock, log, onReady: () => (started = true), hurried: () => !mayWrite() }), signal);
        if (problem !== undefined) return problem;
      } finally {
        await sealing?.close();
        await listening?.close();
        await webhook?.close();
      }
    } finally {
      await server.close();
    }
  } finally {
    await candidate?.end(AbortSignal.timeout(lastRequest));
    await foundation.end();
  }
  return undefined;
}

/** Why the controllers must not start beside others; a signal to stop while that is looked up is not a failure. */
async function refuseStart({ cluster, clock, log }: Foundation, { controllers, controllerClass, besideEso, namespaces, sealing }: RunOptions, signal: AbortSignal): Promise<string | undefined> {
  try {
    const refused = besideEso || !controllers.has('secrets') ? undefined : await refuseBesideLive(cluster, { controllerClass, clock, log }, signal);
    if (refused !== undefined || sealing === undefined || sealing.besideUpstream || !controllers.has('sealed')) return refused;
    return await refuseBesideSealed(cluster, { keyNamespace: sealing.keyNamespace, namespaces, clock, log }, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    const message = failureMessage(error);
    if (message === undefined) throw error;
    return message;
  }
}

/** The server, or why there is none. A node without IPv6 has no `::`; all of its addresses are then the other family's. */
async function listen({ host, port }: Address, data: ServerData): Promise<Server | string> {
  try {
    return await createServer({ host, port, data });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (host === '::' && code === 'EAFNOSUPPORT') return listen({ host: '0.0.0.0', port }, data);
    if (code === undefined || !listenFailures.has(code)) throw error;
    return `cannot listen on ${host} port ${port} (${code}); choose another address with --listen`;
  }
}

const listenFailures: ReadonlySet<string> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'EAFNOSUPPORT', 'ENOTFOUND', 'EAI_AGAIN']);

interface Composing extends RunSurroundings, Partial<Pick<Events, 'placeOf'>> {
  readonly registry: ProviderRegistry;
  readonly notify?: Notify;
  readonly healthRules?: readonly CompiledCheck[];
}

interface Composed {
  readonly halves: readonly Half[];
  readonly wake: Wake;
  readonly sealed: SealedHalf | undefined;
  readonly podGate: PodGateHalf | undefined;
}

function compose(foundation: Foundation, options: RunOptions, { registry, environment, notify, healthRules, ...places }: Composing): Composed {
  const halves: Half[] = [];
  let wake: Wake = () => 0;
  let views: Omit<PodGateHalfOptions, 'timeout'> = {};
  if (options.controllers.has('secrets')) {
    const { controllerClass, genericTargets, storeRequeueInterval, adapters: { allowOwnIdentity } } = options;
    const secrets = composeSecrets(foundation, { registry, generators, controllerClass, genericTargets, storeRequeueInterval, allowOwnIdentity, environment, ...places });
    wake = secrets.wake;
    views = { externalSecrets: secrets.externalSecrets };
    halves.push(secrets);
  }
  if (options.controllers.has('git')) {
    const sources = createSourceMeans(foundation, { environment, protocols: options.gitProtocols, allowLoopback: options.gitAllowLoopback ?? false, repositories: options.repositories, ...(options.renderer === undefined ? {} : { renderer: options.renderer }), credentialNamespaces: credentialNamespaces(options.namespace, options.applicationNamespaces) });
    const { resolver, renderers, news: sourceNews, close } = sources;
    const wakeSecrets = wake;
    wake = (notice) => (notice.provider === pushedRepositories ? sources.wake(notice) : wakeSecrets(notice));
    const { applicationNamespaces, pollInterval } = options;
    const deliveries = foundation.metrics.deliveries();
    const notifier = notify?.start(foundation.cluster, deliveries);
    const half = composeGit(foundation, { registry, resolver, renderers, sourceNews, applicationNamespaces, pollInterval, controlNamespace: defaultApplicationNamespace, syncOnce: false, progress: silentProgress, ...(healthRules === undefined ? {} : { healthRules }), ...(notifier === undefined ? {} : { onOutcome: notifier.note }) });
    // those that wait to lead would count the same deliveries, and tell of them again
    const begin = (): void => watchDeliveries(foundation, { applications: half.applications, resolver, deliveries, ...(notifier === undefined ? {} : { notifier }) });
    halves.push({ ...half, begin, finish: async (ending) => void (await Promise.all([half.finish(ending), notifier?.close(ending), close()])) });
  }
  const sealed = options.controllers.has('sealed') && options.sealing !== undefined ? composeSealed(foundation, sealedHalfOptions(options.sealing)) : undefined;
  if (sealed !== undefined) {
    halves.push(sealed);
    views = { ...views, sealedSecrets: sealed.sealedSecrets };
  }
  const podGate = options.podGate === undefined ? undefined : composePodGate(foundation, { ...options.podGate, ...views });
  if (podGate !== undefined) halves.push(podGate);
  return { halves, wake, sealed, podGate };
}
