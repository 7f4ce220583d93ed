/*
 * Plays the barrier's random runs (test/support/barrier-run), seed after seed, until there are enough of them: commit, Secrets, chart, with a
 * provider that is slow, fails and flaps, an API server that refuses and breaks off, a controller that is killed again and again, and people
 * who change things meanwhile. Each run is judged by the API server's log: order, health as peers read it, and whether it comes to its end.
 *
 *   npm run soak:barrier -- --seed 1 [--runs 500] [--parallel 6]
 *
 * Prints a line for each run that fails, with what repeats it, and one for every ten runs; exits 1 if any has failed.
 */
import { parseArgs } from 'node:util';
import { type RunReport, runBarrier } from '../support/barrier-run/run.ts';
import { type BarrierWorld, openBarrierWorld } from '../support/barrier-run/world.ts';
import { buildParts, type PartPaths } from '../support/parts/build.ts';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '500' }, parallel: { type: 'string', default: '6' }, verbose: { type: 'boolean', default: false } } });
const [first, runs, parallel] = [values.seed, values.runs, values.parallel].map(Number) as [number, number, number];
/** A new API server every so many runs: an old one's log and history only grow. */
const eachWorld = 100;

const total = { runs: 0, disorder: 0, tooEarly: 0, stuck: 0, kills: 0, lives: 0, faults: 0, refusals: 0, writes: 0, statuses: 0, healthy: 0 };
const positions = new Set<number>();
const started = performance.now();
const parts = await buildParts((line) => console.error(line));
for (let next = first; next < first + runs; next += eachWorld) await playAll(parts, next, Math.min(next + eachWorld, first + runs));
console.log(`${summary()}; killed at ${positions.size} different requests, the last of them number ${Math.max(0, ...positions)}`);
process.exitCode = total.disorder + total.tooEarly + total.stuck === 0 ? 0 : 1;
// threads that render are nobody's to end
process.exit();

/** Several runs at once on one API server, from one seed up to another. */
async function playAll(paths: PartPaths, from: number, until: number): Promise<void> {
  const world = await openBarrierWorld(paths);
  let seed = from;
  const play = async (): Promise<void> => {
    for (let mine = seed++; mine < until; mine = seed++) tell(await playOne(world, mine));
  };
  try {
    await Promise.all(Array.from({ length: parallel }, () => play()));
  } finally {
    await world.close();
  }
}

async function playOne(world: BarrierWorld, seed: number): Promise<RunReport | string> {
  try {
    return await runBarrier(world, seed);
  } catch (error) {
    return `seed ${seed}: the run itself broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

function tell(report: RunReport | string): void {
  total.runs += 1;
  if (typeof report === 'string') {
    total.stuck += 1;
    console.log(report);
  } else count(report);
  if (total.runs % 10 === 0) console.log(summary());
}

function count({ seed, disorder, health, stuck, kills, lives, faults, refusals, writes, seconds }: RunReport): void {
  total.disorder += disorder.length;
  total.tooEarly += health.violations.length;
  total.stuck += stuck === undefined ? 0 : 1;
  total.kills += kills.length;
  total.lives += lives;
  total.faults += faults;
  total.refusals += refusals;
  total.writes += writes;
  total.statuses += health.judged;
  total.healthy += health.healthy;
  for (const position of kills) positions.add(position);
  const wrong = [...disorder, ...health.violations, ...(stuck === undefined ? [] : [stuck])];
  if (values.verbose || wrong.length > 0) console.log(`seed ${seed}: ${seconds.toFixed(1)} s, ${lives} lives, killed at ${kills.join(' ')}, ${faults} faults, ${refusals} refusals, ${writes} writes, ${health.healthy} of ${health.judged} readings healthy`);
  for (const line of wrong) console.log(`  ${line}`);
  if (wrong.length > 0) console.log(`  repeat it: npm run soak:barrier -- --seed ${seed} --runs 1`);
}

function summary(): string {
  const { runs: played, disorder, tooEarly, stuck, ...rest } = total;
  const counts = Object.entries(rest).map(([name, number]) => `${number} ${name}`);
  return `${played} runs in ${((performance.now() - started) / 1_000).toFixed(0)} s: ${disorder} order violations, ${tooEarly} healthy too early, ${stuck} deadlocks; ${counts.join(', ')}`;
}
