import { setTimeout as pause } from 'node:timers/promises';
import { configMapType } from '../../../src/kube/resource-types.ts';
import { at } from '../../support/raw-api.ts';
import { watchReadiness } from '../external-secrets/readiness.ts';
import { processUsage } from '../external-secrets/process-usage.ts';
import { watchDeployed } from './applications.ts';
import { countedByVerb, now, requestsBetween } from './requests.ts';
import type { GitStage } from './stage.ts';
import { makeTestnet } from './testnets.ts';

/** How one commit that changes one file of one testnet gets to the cluster, and what it makes of all others. */
export async function measureCommit(stage: GitStage, pid: number, { count, name, by }: { readonly count: number; readonly name: string; readonly by: 'webhook' | 'poll' }): Promise<void> {
  const { cluster, plane, remote } = stage.testnet;
  const setting = `changed, told by ${by}`;
  await using changed = await watchReadiness(cluster, configMapType, (object) => at(object, 'data', 'setting') === setting);
  await stage.write([makeTestnet(name, stage.repoURL, setting)]);
  const revision = await remote.push('One file');
  await using deployed = await watchDeployed(cluster, revision);
  const [from, began, before, fetches, listings] = [now(), performance.now(), processUsage(pid).cpuSeconds, stage.fetches(), stage.listings()];
  if (by === 'webhook') await stage.tellPush();
  await changed.until(1);
  const applied = (Math.max(...changed.readyAt.values()) - began) / 1000;
  await deployed.until(count);
  const all = (Math.max(...deployed.readyAt.values()) - began) / 1000;
  const cpu = processUsage(pid).cpuSeconds - before;
  await pause(3_000);
  const requests = requestsBetween(plane, from, now());
  console.log(`a commit of one file beside ${count} Applications, told by ${by}: its object applied after ${applied.toFixed(2)} s, all Applications at the commit after ${all.toFixed(2)} s, ${cpu.toFixed(1)} s CPU`);
  console.log(`  ${stage.listings() - listings} ls-remote, ${stage.fetches() - fetches} fetches, ${requests.length} requests: ${countedByVerb(requests)}`);
}
