/*
 * What SealedSecrets cost, beside Sealed Secrets' own controller and kubeseal in the same run.
 *
 * - unseal: 1,000 SealedSecrets of 1, 4 and 10 values under 1 and 12 keys, from the start of the process until the last is Synced; memory,
 *   the delay of our event loop, and how far that is from what the machine's cores can do in RSA alone. The other controller runs with
 *   no limit to its client, and once more as it comes.
 * - restart: 10,000 of them with nothing changed: RSA operations and writes.
 * - seal: 1,000 files, with one call of ours and a loop of kubeseal's.
 * - start: what one call takes.
 * - verify: how long /v1/verify takes to answer, by what is wrong.
 *
 *   npm run bench:sealed -- [parts] [--count 1000] [--restarted 10000] [--items 1,4,10] [--keys 1,12] [--asked 100]
 *   e.g. npm run bench:sealed -- unseal,seal --count 100
 *
 * PEER_SEALED_SECRETS=/path/to/controller takes that binary for the other controller; PRELUDE_BIN=dist/prelude.js measures the bundle, which
 * is what people run: sources take a good second more to start. Times are as good as the machine is quiet.
 */
import { parseArgs } from 'node:util';
import { buildParts } from '../support/parts/build.ts';
import { makeKeys } from './sealed/fleet.ts';
import { measureRestart } from './sealed/measure-restart.ts';
import { measureSealing, measureStart } from './sealed/measure-sealing.ts';
import { measureUnsealing } from './sealed/measure-unsealing.ts';
import { measureVerify } from './sealed/measure-verify.ts';
import { rsaRate } from './sealed/rsa-rate.ts';
import { openStage, type Stage } from './sealed/stage.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000' },
    restarted: { type: 'string', default: '10000' },
    items: { type: 'string', default: '1,4,10' },
    keys: { type: 'string', default: '1,12' },
    asked: { type: 'string', default: '100' },
  },
});
const [wanted = 'unseal,restart,seal,start,verify'] = positionals;
const [count, restarted, asked] = [values.count, values.restarted, values.asked].map(Number) as [number, number, number];
const [items, keyCounts] = [values.items, values.keys].map((list) => list.split(',').map(Number)) as [number[], number[]];
const isWanted = (part: string): boolean => wanted.split(',').includes(part);

const parts = await buildParts((line) => console.error(line));
const peer = { controller: process.env['PEER_SEALED_SECRETS'] ?? parts.sealedSecrets.controller, kubeseal: parts.sealedSecrets.kubeseal };
const keys = await makeKeys(Math.max(...keyCounts));
const [newest] = keys;
if (newest === undefined) throw new Error('there must be one key at least');

if (isWanted('unseal')) {
  for (const keyCount of keyCounts) {
    await onStage(keyCount, async (stage) => {
      for (const itemCount of items) await measureUnsealing(stage, { count, items: itemCount, program: peer.controller, rate: await rsaRate(newest) });
    });
  }
}
if (isWanted('restart')) await onStage(1, (stage) => measureRestart(stage, { count: restarted, program: peer.controller }));
if (isWanted('verify')) await onStage(keys.length, (stage) => measureVerify(stage, { asked, program: peer.controller }));
if (isWanted('seal')) measureSealing({ count, kubeseal: peer.kubeseal, key: newest });
if (isWanted('start')) measureStart({ kubeseal: peer.kubeseal, key: newest });

/** A cluster of its own, so that what was measured before leaves nothing behind. */
async function onStage(keyCount: number, measure: (stage: Stage) => Promise<void>): Promise<void> {
  await using stage = await openStage(parts, keys.slice(0, keyCount));
  await measure(stage);
}
