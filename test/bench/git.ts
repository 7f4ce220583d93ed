/*
 * What many Applications of one repository cost: 1,000, or as many as are asked for, each a small testnet of an ExternalSecret, a ConfigMap, a
 * Service and a Deployment, behind Git over https.
 *
 * - idle: what the controller holds with no Application, and with one
 * - new: from a push with a new testnet, told by a webhook, to its Secret and to its chart; alone, and beside all others
 * - first: the first deployments, beside a client that makes the same writes and nothing else
 * - poll: what it takes to look for a commit that is not there
 * - commit: one commit that changes one file, found by a webhook and by a poll
 *
 *   npm run bench:git -- [count] [parts] [--quiet seconds]      e.g. npm run bench:git -- 100 first,poll --quiet 10
 *
 * PRELUDE_BIN=dist/prelude.js measures the bundle, which is what people run. Poll, commit and the second half of new need the Applications of
 * first, and so it is always measured where one of them is asked for. Times are as good as the machine is quiet.
 */
import { parseArgs } from 'node:util';
import { applicationType } from '../../src/kube/resource-types.ts';
import { startController } from '../support/controller-process.ts';
import { buildParts } from '../support/parts/build.ts';
import { createAll } from './external-secrets/fleet.ts';
import { readReplays, replayWrites } from './git/bare-client.ts';
import { judge } from './git/goals.ts';
import { measureCommit } from './git/measure-commit.ts';
import { type FirstDeployments, measureFirst } from './git/measure-first.ts';
import { measureIdle } from './git/measure-idle.ts';
import { measureNew } from './git/measure-new.ts';
import { measurePoll } from './git/measure-poll.ts';
import { type GitStage, openGitStage } from './git/stage.ts';
import { applicationFolder, makeApplication, makeTestnet } from './git/testnets.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quiet: { type: 'string', default: '60' } } });
const [countText = '1000', wanted = 'idle,new,first,poll,commit'] = positionals;
const [count, quiet] = [Number(countText), Number(values.quiet)];
const isWanted = (...parts: readonly string[]): boolean => parts.some((part) => wanted.split(',').includes(part));
const never = new AbortController().signal;
/** Of what is measured one by one. */
const samples = 20;
/** First deployments may take twice as long as the writes alone. */
const goal = 2;

await using stage = await openGitStage(await buildParts((line) => console.error(line)));
if (isWanted('idle', 'new')) await alone(stage);
if (isWanted('first', 'poll', 'commit', 'new')) await many(stage);

/** The Application that brings in the Applications of new testnets. */
async function bringIn({ testnet: { cluster, remote }, repoURL }: GitStage): Promise<void> {
  await remote.write(`${applicationFolder}/README.md`, 'Applications of testnets');
  await createAll(cluster, applicationType, [makeApplication('testnets', repoURL, { path: applicationFolder, namespace: 'argocd' })]);
}

async function alone(stage: GitStage): Promise<void> {
  const { remote } = stage.testnet;
  const one = makeTestnet('testnet-one', stage.repoURL);
  await stage.write([one]);
  await bringIn(stage);
  await remote.push('One testnet');
  const controller = await startController(await stage.options());
  if (isWanted('idle')) await measureIdle(controller.pid, 'no testnet', quiet);
  await createAll(stage.testnet.cluster, applicationType, [one.application]);
  if (isWanted('idle')) await measureIdle(controller.pid, 'one testnet', quiet);
  if (isWanted('new')) await measureNew(stage, { samples, prefix: 'testnet-alone', others: 2 });
  await controller.stop();
}

async function many(stage: GitStage): Promise<void> {
  const testnets = Array.from({ length: count }, (_, index) => makeTestnet(`testnet-${index}`, stage.repoURL));
  const first = await measureFirst(stage, testnets);
  const { pid } = first.controller;
  if (isWanted('idle')) await measureIdle(pid, `${count} Applications`, quiet);
  if (isWanted('poll')) await measurePoll(stage, pid, count);
  for (const by of ['webhook', 'poll'] as const) if (isWanted('commit')) await measureCommit(stage, pid, { count, name: 'testnet-0', by });
  if (isWanted('new')) await measureNew(stage, { samples, prefix: 'testnet-beside', others: count });
  await first.controller.stop();
  const { p50, p99, most } = first.controller.delay();
  console.log(`event loop late by p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${most.toFixed(1)} ms in all of this`);
  await bareClient(stage, first);
}

/** The same writes for as many testnets of other names, and nothing else. */
async function bareClient({ testnet: { cluster, plane }, repoURL }: GitStage, { writes, seconds, controller }: FirstDeployments): Promise<void> {
  const rename = (name: string): string | undefined => (/^testnet-\d+$/.test(name) ? name.replace('testnet-', 'bare-') : undefined);
  const replays = await readReplays(cluster, writes, rename);
  // it finds its Applications in place, as the controller did
  await createAll(cluster, applicationType, Array.from({ length: count }, (_, index) => makeApplication(`bare-${index}`, repoURL, { path: '', namespace: `bare-${index}` })));
  const bare = await replayWrites(plane, replays);
  const ratio = seconds / bare;
  const ready = controller.startedIn / 1000;
  console.log(`a bare client with the ${replays.flat().length} writes of ${replays.length} first deployments: ${bare.toFixed(2)} s; ratio ${ratio.toFixed(2)}, without the start ${((seconds - ready) / bare).toFixed(2)}; ${judge(`within ${goal} times`, ratio <= goal)}`);
  await cluster.delete(applicationType, { namespace: 'argocd', name: 'testnets' }, {}, never);
}
