/*
 * What reading costs the provider: calls for 1,000 ExternalSecrets of five keys each, in three shapes, cold and while nothing changes, counted at
 * a server for each provider, with the real controller, the real SDKs and a real API server; then fifty stores with equal credentials, a
 * provider that throttles, and what the process weighs before and after it has loaded the SDKs. How fast a change arrives that an event
 * tells of is measured by bench:events.
 *
 *   npm run bench:providers -- [--parts calls,stores,throttled,start] [--providers aws,azure] [--shapes abc] [--count 1000] [--rounds 3]
 *
 * PEER_ESO=/path/to/external-secrets runs External Secrets' controller beside it on AWS, with flags that let it go as fast as it can;
 * PEER_ESO_DEFAULT=1 once more with its own. Counts are exact; times are as good as the machine is quiet.
 */
import { parseArgs } from 'node:util';
import { buildParts } from '../support/parts/build.ts';
import type { Shape } from './external-secrets/fleet.ts';
import { startAws } from './providers/aws-subjects.ts';
import { startAzure, startGcp } from './providers/cloud-subjects.ts';
import { externalSecrets, prelude, tunedFlags } from './providers/controllers.ts';
import { countCalls } from './providers/count-calls.ts';
import { countIdentities } from './providers/count-identities.ts';
import { measureStart } from './providers/measure-start.ts';
import { measureThrottled } from './providers/measure-throttled.ts';
import { openStage } from './providers/stage.ts';
import { startDoppler, startGitlab, startInfisical, startOnePassword, startVault } from './providers/web-subjects.ts';

const subjects = {
  'aws-secrets-manager': { open: () => startAws('SecretsManager'), isAws: true },
  'aws-parameter-store': { open: () => startAws('ParameterStore'), isAws: true },
  gcp: { open: startGcp, isAws: false },
  azure: { open: startAzure, isAws: false },
  vault: { open: startVault, isAws: false },
  onepassword: { open: startOnePassword, isAws: false },
  doppler: { open: startDoppler, isAws: false },
  infisical: { open: startInfisical, isAws: false },
  gitlab: { open: startGitlab, isAws: false },
} as const;

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'calls,stores,throttled,start' },
    providers: { type: 'string', default: Object.keys(subjects).join(',') },
    shapes: { type: 'string', default: 'abc' },
    count: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
  },
});
const wanted = values.parts.split(',');
const names = values.providers.split(',');
const shapes = (['a', 'b', 'c'] satisfies readonly Shape[]).filter((shape) => values.shapes.includes(shape));
const [count, rounds] = [Number(values.count), Number(values.rounds)];
const peer = process.env['PEER_ESO'];
const peers = peer === undefined ? [] : [externalSecrets('External Secrets, tuned', peer, tunedFlags), ...(process.env['PEER_ESO_DEFAULT'] === undefined ? [] : [externalSecrets('External Secrets', peer, [])])];
const controllers = [prelude, ...peers];

await using stage = await openStage(await buildParts((line) => console.error(line)), peers.length === 0 ? 'ours' : 'theirs');
const met: boolean[] = [];
if (wanted.includes('calls')) {
  const chosen = Object.entries(subjects).filter(([name]) => names.some((part) => part !== '' && name.startsWith(part)));
  met.push(await countCalls({ stage, count, rounds, shapes, subjects: chosen.map(([, subject]) => subject), controllers }));
}
if (wanted.includes('stores')) met.push(await countIdentities(stage, count));
if (wanted.includes('throttled')) met.push(await measureThrottled(stage, count, controllers));
if (wanted.includes('start')) met.push(await measureStart(stage));
if (!met.every(Boolean)) process.exitCode = 1;
