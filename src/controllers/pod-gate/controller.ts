import type { KubeObject } from '../../api/object.ts';
import type { Informer } from '../../kube/informer.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import { awaitedOf, timeLeft } from './decide.ts';
import { createDeclaredSecrets, type Declarations } from './declared-secrets.ts';
import { glance, type PodGateView, SecretKeys } from './observe.ts';
import { createPodEvents, isFailure } from './pod-events.ts';
import { type GatedPod, podNeeds } from './pod-needs.ts';
import { reconcilePod } from './reconcile.ts';
import type { SecretHead } from './secret-head.ts';
import { watchPods } from './watch.ts';

export interface PodGateOptions extends Declarations {
  readonly cluster: Pick<Cluster, 'get' | 'update'>;
  /** Made of `podGateInformers`, as those of declarations are where nobody else watches them; started by the caller. */
  readonly pods: Informer<GatedPod>;
  readonly heads: Informer<SecretHead>;
  /** Milliseconds that a pod is held at most. */
  readonly timeout: number;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue'>;
}

/** The controller that takes the gate off, and what the webhook asks before it is put on. */
export interface PodGate {
  readonly controller: Controller;
  /** Whether a pod that is about to be made has to wait. Asks nobody. */
  readonly holds: (pod: KubeObject) => boolean;
}

/** Holds pods until the Secrets that they need, and something in the cluster declares, are current: as the barrier has it. */
export function createPodGate(options: PodGateOptions): PodGate {
  const { cluster, pods, heads, timeout, events, clock, random, log, metrics } = options;
  const view: PodGateView = { declared: createDeclaredSecrets(options), heads };
  const keys = new SecretKeys(cluster);
  const { tell, forget } = createPodEvents(events);
  const stop = watchPods({ ...view, pods, enqueue: (key) => controller.enqueue(key), onGone: forget });
  const controller = createController<GatedPod>({
    name: 'podgate',
    find: (key) => pods.get(key),
    reconcile: (pod, signal) => reconcilePod(pod, { view, keys, cluster, clock, timeout }, signal),
    report: (pod, reconciled) => {
      // after a failure the next try may be far: it must not be after the time of this pod
      const left = timeLeft(pod, { timeout, now: clock.now() });
      if (isFailure(reconciled.outcome) && left > 0) controller.enqueue(pod.metadata, left);
      tell(pod, reconciled);
      // it may be gone by now, and nobody would forget it then
      if (pods.get(pod.metadata)?.metadata.uid !== pod.metadata.uid) forget(pod.metadata.uid ?? '');
      return Promise.resolve();
    },
    ...{ clock, random, log, metrics },
  });
  return {
    controller: {
      ...controller,
      drain: (ms) => {
        stop();
        return controller.drain(ms);
      },
    },
    holds: (pod) => {
      const needs = podNeeds(pod);
      return needs !== 'tooMany' && awaitedOf(glance(needs, view)) !== undefined;
    },
  };
}
