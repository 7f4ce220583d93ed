import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { deploymentType, leaseType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { sleep } from '../../lib/sleep.ts';
import { isLive, type UpstreamDeployment, upstreamDeployment } from './upstream-deployment.ts';

/** The Lease that controllers of External Secrets compete for, where they elect a leader. */
const upstreamLease = 'external-secrets-controller';

/** A Lease that somebody holds. */
export interface HeldLease {
  readonly namespace: string;
  readonly holder: string;
  /** Milliseconds until it runs out unless it is renewed. */
  readonly left: number;
}

/** What there is of External Secrets Operator in a cluster. */
export interface OperatorFacts {
  readonly deployments: readonly UpstreamDeployment[];
  readonly leases: readonly HeldLease[];
}

/** A controller of External Secrets that works, or is about to. */
export interface LiveOperator {
  /** For people: `Deployment ns/name` or `the holder of Lease ns/name`. */
  readonly label: string;
  /** The class of stores it serves; that of a Lease's holder is not known. */
  readonly controllerClass?: string;
  /** The only namespace it looks at; absent: all. */
  readonly watches?: string;
}

/**
 * Looks for External Secrets Operator in all namespaces.
 * @throws KubeError
 */
export async function observeOperator(cluster: Cluster, clock: Clock, signal: AbortSignal): Promise<OperatorFacts> {
  const deployments: UpstreamDeployment[] = [];
  for await (const { items } of cluster.pages(deploymentType, {}, signal)) deployments.push(...items.flatMap((object) => upstreamDeployment(object) ?? []));
  const leases: HeldLease[] = [];
  for await (const { items } of cluster.pages(leaseType, { fieldSelector: `metadata.name=${upstreamLease}` }, signal)) leases.push(...items.flatMap((object) => heldLease(object, clock.now()) ?? []));
  return { deployments, leases };
}

const lease = z.object({ spec: z.object({ holderIdentity: z.string().min(1), leaseDurationSeconds: z.number(), renewTime: z.string() }) });

/** @param now milliseconds since the epoch */
function heldLease(object: KubeObject, now: number): HeldLease | undefined {
  const parsed = lease.safeParse(object);
  if (!parsed.success) return undefined;
  const { holderIdentity: holder, leaseDurationSeconds, renewTime } = parsed.data.spec;
  const left = Date.parse(renewTime) + leaseDurationSeconds * 1000 - now;
  return left > 0 ? { namespace: object.metadata.namespace ?? '', holder, left } : undefined;
}

/** The controllers that work: by their Deployments, and by Leases in namespaces where no Deployment accounts for them. */
export function liveOperators({ deployments, leases }: OperatorFacts): readonly LiveOperator[] {
  const controllers = deployments.filter((one) => one.role === 'controller' && isLive(one));
  const unaccounted = leases.filter(({ namespace }) => !controllers.some((one) => one.namespace === namespace));
  return [
    ...controllers.map(({ namespace, name, controllerClass, watches }) => ({ label: `Deployment ${namespace}/${name}`, controllerClass, ...(watches === undefined ? {} : { watches }) })),
    ...unaccounted.map(({ namespace, holder }) => ({ label: `"${holder}", which holds Lease ${namespace}/${upstreamLease}` })),
  ];
}

/**
 * A controller of External Secrets that works in the cluster, whatever its class; undefined where there is none.
 * @throws KubeError
 */
export async function findLiveOperator(cluster: Cluster, clock: Clock, signal: AbortSignal): Promise<LiveOperator | undefined> {
  return liveOperators(await observeOperator(cluster, clock, signal))[0];
}

/** Whether both would write the same Secrets. A holder whose class is not known is taken to have upstream's own. */
export function competes({ controllerClass = 'default' }: LiveOperator, ownClass: string): boolean {
  return controllerClass === ownClass;
}

/** Why the controllers of secrets do not start, and what to do. */
function besideLiveMessage({ label, controllerClass = 'default' }: LiveOperator): string {
  return (
    `External Secrets Operator runs here with controller class "${controllerClass}": ${label}. Two controllers of one class would write the same Secrets. ` +
    'See "prelude takeover eso --check", stop the other, give this one another --controller-class, or say --beside-eso'
  );
}

export interface StartGuard {
  readonly controllerClass: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds between looks at a cluster that does not answer: without it nothing could be done anyway. */
const lookEvery = 1_000;

/**
 * Whether the controllers of secrets may start: not beside a live External Secrets Operator of the same class. A cluster that does not
 * let us look is no reason to stand still: it is logged. One that does not answer is asked again.
 * @returns why not, for a person
 * @throws KubeError; the signal's reason
 */
export async function refuseBesideLive(cluster: Cluster, { controllerClass, clock, log }: StartGuard, signal: AbortSignal): Promise<string | undefined> {
  for (;;) {
    try {
      const rival = liveOperators(await observeOperator(cluster, clock, signal)).find((one) => competes(one, controllerClass));
      return rival === undefined ? undefined : besideLiveMessage(rival);
    } catch (error) {
      if (!isKubeError(error, 'denied', 'unavailable', 'throttled', 'expired')) throw error;
      log.warn({ problem: error.message }, 'whether External Secrets Operator runs here could not be looked up');
      if (error.kind === 'denied') return undefined;
      await sleep(clock, lookEvery, signal);
    }
  }
}
