import { setTimeout as pause } from 'node:timers/promises';
import { processUsage } from '../external-secrets/process-usage.ts';
import { judge } from './goals.ts';
import { countedByVerb, now, requestsBetween } from './requests.ts';
import type { GitStage } from './stage.ts';

/** What it takes to look for a commit that is not there, twice. */
export async function measurePoll({ testnet: { plane }, ...stage }: GitStage, pid: number, count: number): Promise<void> {
  await nextListing(stage);
  const [listings, fetches, from, before] = [stage.listings(), stage.fetches(), now(), processUsage(pid).cpuSeconds];
  await nextListing(stage);
  await nextListing(stage);
  // what a poll would bring about has a second to show
  await pause(1_000);
  const asked = stage.listings() - listings;
  const requests = requestsBetween(plane, from, now());
  const cpu = processUsage(pid).cpuSeconds - before;
  console.log(`two polls with nothing new beside ${count} Applications: ${asked / 2} ls-remote and ${(stage.fetches() - fetches) / 2} fetches each, ${requests.length} requests to the API server${requests.length === 0 ? '' : ` (${countedByVerb(requests)})`}, ${(cpu / 2).toFixed(2)} s CPU each; ${judge('1 ls-remote, 0 requests', asked === 2 && requests.length === 0)}`);
}

async function nextListing({ listings }: Pick<GitStage, 'listings'>): Promise<void> {
  const before = listings();
  while (listings() === before) await pause(50);
}
