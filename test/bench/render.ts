/*
 * How fast charts are rendered, beside `helm template` as a process for each release, which is how a controller without a renderer of its
 * own does it: 200 releases of charts/testnet, no two with the same values, one after the other and as many at once as there are cores; then one
 * cold `prelude plan` of one testnet, from the bundle. Rounds alternate in one run, and medians are told.
 * Run it by `npm run bench:render`; HELM names a helm binary, which is built where it is not given.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildParts } from '../support/parts/build.ts';
import { measurePlans } from './render/measure-plans.ts';
import { measureReleases } from './render/measure-releases.ts';

const work = mkdtempSync(join(tmpdir(), 'prelude-bench-render-'));
try {
  const helm = process.env['HELM'] ?? (await buildParts((line) => console.error(line))).helm;
  console.table(await measureReleases(helm, work));
  console.table(await measurePlans(helm, work));
} finally {
  rmSync(work, { recursive: true, force: true });
}
