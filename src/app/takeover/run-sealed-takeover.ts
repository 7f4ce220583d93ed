import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import { parseSealedSecretStatus, syncedCondition } from '../../api/sealed-secret.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { customResourceDefinitionType, deploymentType, sealedSecretType, secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { sleep } from '../../lib/sleep.ts';
import { version } from '../../lib/version.ts';
import type { ClusterOptions } from '../options.ts';
import { sealingKeyLabel } from '../sealing-keys/key-secret.ts';
import { openTargetCluster } from '../target-cluster.ts';
import { sealedDeployment, type SealedDeployment } from './sealed-deployment.ts';
import { type SealedFacts, type SealedReport, sealedReport, type SealedReportOptions } from './sealed-report.ts';

export interface SealedTakeoverOptions extends SealedReportOptions {
  readonly cluster: ClusterOptions;
  /** `check` writes nothing. */
  readonly mode: 'check' | 'apply';
  readonly scaleDown: boolean;
}

export interface SealedTakeoverSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: (line: string) => void;
}

export interface SealedTakeoverResult {
  readonly cluster: string;
  readonly facts: SealedFacts;
  readonly report: SealedReport;
}

const fieldManager = 'prelude-takeover';
/** Milliseconds for pods to end, and between looks. */
const stopWithin = 120_000;
const lookEvery = 1_000;

/**
 * Looks at a cluster that Sealed Secrets serves, and stops its controllers where that is asked for. Nothing else is written: keys, objects
 * and Secrets are taken as they are.
 * @throws KubeError
 */
export async function runSealedTakeover(options: SealedTakeoverOptions, { clock, log, progress }: SealedTakeoverSurroundings, signal: AbortSignal): Promise<SealedTakeoverResult> {
  const cluster = await openTargetCluster(options.cluster, { clock, log, metrics: createMetrics({ version, process: false }) });
  try {
    return await takeOverSealed(cluster, options, { clock, progress }, signal);
  } finally {
    await cluster.close();
  }
}

/** The same on a cluster that is open. @throws KubeError */
export async function takeOverSealed(cluster: Cluster, options: Omit<SealedTakeoverOptions, 'cluster'>, { clock, progress }: Omit<SealedTakeoverSurroundings, 'log'>, signal: AbortSignal): Promise<SealedTakeoverResult> {
  let facts = await observeSealed(cluster, signal);
  let report = sealedReport(facts, options);
  if (options.mode === 'apply') {
    const live = report.steps.flatMap(({ scalesDown = [] }) => scalesDown);
    if (live.length > 0 && !options.scaleDown) progress(`stopped here: Deployment ${live[0]?.namespace ?? ''}/${live[0]?.name ?? ''} runs; say --scale-down to have it stopped`);
    else {
      for (const one of live) await scaleToZero(cluster, one, progress, signal);
      if (live.length > 0) await untilStopped(cluster, clock, progress, signal);
      facts = await observeSealed(cluster, signal);
      report = sealedReport(facts, options);
    }
  }
  return { cluster: cluster.name, facts, report };
}

/** @throws KubeError */
async function observeSealed(cluster: Cluster, signal: AbortSignal): Promise<SealedFacts> {
  const workloads: KubeObject[] = [];
  for await (const { items } of cluster.pages(deploymentType, {}, signal)) workloads.push(...items);
  const keys = new Map<string, number>();
  for await (const { items } of cluster.pages(secretType, { labelSelector: `${sealingKeyLabel}=active`, metadataOnly: true }, signal)) {
    for (const { metadata: { namespace = '' } } of items) keys.set(namespace, (keys.get(namespace) ?? 0) + 1);
  }
  const remembers = await hasPlaceForRecords(cluster, signal);
  return { deployments: workloads.flatMap((object) => sealedDeployment(object) ?? []), keys, objects: await countObjects(cluster, signal), own: workloads.flatMap(ownDeployment), ...(remembers === undefined ? {} : { remembers }) };
}

const schema = z.object({ openAPIV3Schema: z.object({ properties: z.object({ status: z.object({ properties: z.record(z.string(), z.unknown()) }) }) }) });
const definition = z.object({ spec: z.object({ versions: z.array(z.object({ schema })) }) });

/** Whether the definition of SealedSecret keeps our record in its status; undefined where there is none to be read. */
async function hasPlaceForRecords(cluster: Cluster, signal: AbortSignal): Promise<boolean | undefined> {
  try {
    const found = definition.safeParse(await cluster.get(customResourceDefinitionType, { name: 'sealedsecrets.bitnami.com' }, signal));
    return found.success ? found.data.spec.versions.every((version) => Object.hasOwn(version.schema.openAPIV3Schema.properties.status.properties, 'unsealed')) : undefined;
  } catch (error) {
    if (isKubeError(error)) return undefined;
    throw error;
  }
}

async function countObjects(cluster: Cluster, signal: AbortSignal): Promise<SealedFacts['objects']> {
  let [all, synced] = [0, 0];
  try {
    for await (const { items } of cluster.pages(sealedSecretType, {}, signal)) {
      all += items.length;
      synced += items.filter((object) => parseSealedSecretStatus(object).conditions.some(({ type, status }) => type === syncedCondition && status === 'True')).length;
    }
  } catch (error) {
    // no definition, no objects
    if (!isKubeError(error, 'absent')) throw error;
  }
  return { all, synced };
}

const runs = z.object({ spec: z.object({ replicas: z.int().default(1), template: z.object({ spec: z.object({ containers: z.array(z.object({ args: z.array(z.string()).default([]) })) }) }) }) });

/** A Deployment of Prelude that opens SealedSecrets, told by what it is told. */
function ownDeployment(object: KubeObject): SealedFacts['own'] {
  const parsed = runs.safeParse(object);
  if (!parsed.success || parsed.data.spec.replicas === 0) return [];
  const { namespace = '', name } = object.metadata;
  return parsed.data.spec.template.spec.containers.flatMap(({ args }) => {
    const said = (flag: string): string | undefined => args.findLast((word) => word.startsWith(`--${flag}=`))?.slice(flag.length + 3);
    if (!(said('controllers') ?? '').split(',').includes('sealed')) return [];
    return [{ namespace, name, keyNamespace: said('seal-key-namespace') ?? namespace }];
  });
}

async function scaleToZero(cluster: Cluster, { namespace, name, uid }: SealedDeployment, progress: (line: string) => void, signal: AbortSignal): Promise<void> {
  const object = await cluster.get(deploymentType, { namespace, name }, signal);
  if (object === undefined || object.metadata.uid !== uid) return;
  const spec: object = typeof object['spec'] === 'object' && object['spec'] !== null ? object['spec'] : {};
  await cluster.update(deploymentType, { ...object, spec: { ...spec, replicas: 0 } }, { fieldManager }, signal);
  progress(`scaled Deployment ${namespace}/${name} to 0`);
}

async function untilStopped(cluster: Cluster, clock: Clock, progress: (line: string) => void, signal: AbortSignal): Promise<void> {
  const deadline = clock.monotonic() + stopWithin;
  progress('waiting for its pods to end');
  while (clock.monotonic() < deadline) {
    const { deployments } = await observeSealed(cluster, signal);
    if (deployments.every(({ running }) => running === 0)) return;
    await sleep(clock, lookEvery, signal);
  }
  progress(`still there after ${stopWithin / 1000} s`);
}
