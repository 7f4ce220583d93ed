import { parseLease } from '../../api/lease.ts';
import { formatKey, type KubeObject, type ObjectKey } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { deploymentType, leaseType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { parseTimestamp } from '../../lib/timestamp.ts';
import { type RivalGuard, refuseBesideRival } from './rival-guard.ts';
import { secretWriters } from './secret-writers.ts';
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
  /** Of namespaces where there is such a Deployment. */
  readonly leases: readonly HeldLease[];
  /** Deployments that look like its controller, and may not write Secrets in all namespaces: anybody who may create Deployments can make one. */
  readonly doubtful: readonly UpstreamDeployment[];
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
  const found: UpstreamDeployment[] = [];
  for await (const { items } of cluster.pages(deploymentType, {}, signal)) found.push(...items.flatMap((object) => upstreamDeployment(object) ?? []));
  const writers = await secretWriters(cluster, found.filter(isController).map(accountOf), signal);
  const isDoubtful = (one: UpstreamDeployment): boolean => isController(one) && !writers.has(formatKey(accountOf(one)));
  const deployments = found.filter((one) => !isDoubtful(one));
  const leases: HeldLease[] = [];
  for await (const { items } of cluster.pages(leaseType, { fieldSelector: `metadata.name=${upstreamLease}` }, signal)) leases.push(...items.flatMap((object) => heldLease(object, clock.now()) ?? []));
  return { deployments, leases: leases.filter(({ namespace }) => deployments.some((one) => isController(one) && one.namespace === namespace)), doubtful: found.filter(isDoubtful) };
}

function isController({ role }: UpstreamDeployment): boolean {
  return role === 'controller';
}

function accountOf({ namespace, serviceAccount: name }: UpstreamDeployment): Required<ObjectKey> {
  return { namespace, name };
}

/** Milliseconds that the clocks of a Lease's holder and ours may be apart, and that a Lease counts for at most unless it is renewed. */
const clockSkew = 60_000;
const longestLease = 60_000;

/** @param now milliseconds since the epoch */
function heldLease(object: KubeObject, now: number): HeldLease | undefined {
  const { holder, duration, renewTime } = parseLease(object);
  const renewed = parseTimestamp(renewTime);
  if (holder === '' || renewed === undefined) return undefined;
  const left = renewed + Math.min(duration, longestLease) - now;
  return left > 0 && renewed <= now + clockSkew ? { namespace: object.metadata.namespace ?? '', holder, left } : undefined;
}

/** The controllers that work: by their Deployments, and by Leases that are held though no pods of the Deployment beside them are left. */
export function liveOperators({ deployments, leases }: Omit<OperatorFacts, 'doubtful'>): readonly LiveOperator[] {
  const controllers = deployments.filter((one) => isController(one) && isLive(one));
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
export function competes({ controllerClass = 'default' }: Pick<LiveOperator, 'controllerClass'>, ownClass: string): boolean {
  return controllerClass === ownClass;
}

const liveRemedy = 'See "prelude takeover eso --check", stop the other, give this one another --controller-class, or say --beside-eso';

/** Why the controllers of secrets do not start, and what to do. */
function besideLiveMessage({ label, controllerClass = 'default' }: LiveOperator, remedy = liveRemedy): string {
  return `External Secrets Operator runs here with controller class "${controllerClass}": ${label}. Two controllers of one class would write the same Secrets. ` + remedy;
}

export interface StartGuard extends RivalGuard {
  readonly controllerClass: string;
}

const doubt = 'a Deployment looks like External Secrets Operator, and its service account may not update Secrets in all namespaces: it is not taken for one; stop it where it is';

/**
 * Whether the controllers of secrets may start: not beside a live External Secrets Operator of the same class.
 * @returns why not, for a person
 * @throws KubeError; the signal's reason
 */
export function refuseBesideLive(cluster: Cluster, { controllerClass, ...guard }: StartGuard, signal: AbortSignal): Promise<string | undefined> {
  const look = async (): Promise<string | undefined> => {
    const operator = await observeOperator(cluster, guard.clock, signal);
    const rival = liveOperators(operator).find((one) => competes(one, controllerClass));
    for (const { namespace, name } of operator.doubtful.filter((one) => isLive(one) && competes(one, controllerClass))) guard.log.warn({ deployment: `${namespace}/${name}` }, doubt);
    return rival === undefined ? undefined : besideLiveMessage(rival, guard.remedy);
  };
  return refuseBesideRival('External Secrets Operator', look, guard, signal);
}
