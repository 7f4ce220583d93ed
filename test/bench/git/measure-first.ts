import { setTimeout as pause } from 'node:timers/promises';
import { applicationType } from '../../../src/kube/resource-types.ts';
import type { AuditEntry } from '../../support/parts/audit-log.ts';
import { createAll } from '../external-secrets/fleet.ts';
import { processUsage } from '../external-secrets/process-usage.ts';
import { type MeteredController, startMetered } from '../sealed/metered-controller.ts';
import { watchDeployed } from './applications.ts';
import { countedByVerb, now, requestsBetween, writesOf } from './requests.ts';
import type { GitStage } from './stage.ts';
import type { BenchTestnet } from './testnets.ts';

/** What the first deployments came to; what is not known before the controller has stopped is printed by whoever stops it. */
export interface FirstDeployments {
  readonly controller: MeteredController;
  /** From the start of the process until the last Application was Synced and Healthy. */
  readonly seconds: number;
  readonly writes: readonly AuditEntry[];
}

/** Starts a controller that finds so many Applications which have never been deployed. */
export async function measureFirst(stage: GitStage, testnets: readonly BenchTestnet[]): Promise<FirstDeployments> {
  const { cluster, plane, remote } = stage.testnet;
  const count = testnets.length;
  await stage.write(testnets);
  const revision = await remote.push(`${count} testnets`);
  await createAll(cluster, applicationType, testnets.map(({ application }) => application));
  await using deployed = await watchDeployed(cluster, revision);
  const [listings, fetches, from] = [stage.listings(), stage.fetches(), now()];
  const controller = await startMetered(await stage.options());
  await deployed.until(count);
  const seconds = (Math.max(...deployed.readyAt.values()) - controller.startedAt) / 1000;
  const usage = processUsage(controller.pid);
  // what follows the last status, such as an event, belongs to it
  await pause(3_000);
  const requests = requestsBetween(plane, from, now());
  const writes = writesOf(requests);
  console.log(`${count} first deployments: all Synced and Healthy ${seconds.toFixed(2)} s after the process started (caches filled after ${(controller.startedIn / 1000).toFixed(2)} s), ${usage.cpuSeconds.toFixed(1)} s CPU, ${usage.rssMiB} MiB then, ${usage.peakMiB} MiB at most`);
  console.log(`  ${stage.listings() - listings} ls-remote, ${stage.fetches() - fetches} fetches; ${(writes.length / count).toFixed(2)} writes for each, ${(requests.length / count).toFixed(2)} requests for each, events among them: ${countedByVerb(requests, count)}`);
  return { controller, seconds, writes };
}
