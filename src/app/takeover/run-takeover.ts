import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { version } from '../../lib/version.ts';
import type { ClusterOptions } from '../options.ts';
import { shippedChecks } from '../shipped-checks.ts';
import { openTargetCluster } from '../target-cluster.ts';
import { type AppliedTakeover, applyTakeover } from './apply-takeover.ts';
import { decideTakeover } from './decide-takeover.ts';
import { observeTakeover } from './observe-takeover.ts';

export interface TakeoverOptions {
  readonly cluster: Extract<ClusterOptions, { readonly kind: 'kubernetes' }>;
  /** `check` writes nothing. */
  readonly mode: 'check' | 'apply';
  /** The class that Prelude is to serve. */
  readonly controllerClass: string;
  /** The only namespaces whose objects are looked at; empty: all. */
  readonly namespaces: readonly string[];
  readonly scaleDown: boolean;
  readonly removeWebhooks: boolean;
}

export interface TakeoverSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: (line: string) => void;
}

export interface TakeoverResult extends AppliedTakeover {
  /** The name of the cluster. */
  readonly cluster: string;
}

/**
 * Looks at a cluster that External Secrets Operator serves, and prepares it where that is asked for.
 * @throws KubeError
 */
export async function runTakeover(options: TakeoverOptions, { clock, log, progress }: TakeoverSurroundings, signal: AbortSignal): Promise<TakeoverResult> {
  const cluster = await openTargetCluster(options.cluster, { clock, log, metrics: createMetrics({ version, process: false }) });
  try {
    const { controllerClass, namespaces, scaleDown, removeWebhooks } = options;
    const flags = { kubectlFlags: clusterFlags(options.cluster, '--context'), helmFlags: clusterFlags(options.cluster, '--kube-context') };
    const all = { cluster, clock, check: shippedChecks(), controllerClass, namespaces, scaleDown, removeWebhooks, progress, ...flags };
    if (options.mode === 'apply') return { cluster: cluster.name, ...(await applyTakeover(all, signal)) };
    const facts = await observeTakeover(all, signal);
    return { cluster: cluster.name, facts, report: decideTakeover(facts, all) };
  } finally {
    await cluster.close();
  }
}

/** The flags that lead another program to the same cluster. */
function clusterFlags({ kubeconfig, context }: TakeoverOptions['cluster'], contextFlag: string): string {
  return `${kubeconfig === undefined ? '' : ` --kubeconfig ${quoted(kubeconfig)}`}${context === undefined ? '' : ` ${contextFlag} ${quoted(context)}`}`;
}

/** For a shell of POSIX. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
