import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { lyingCluster } from '../support/barrier-run/lying-cluster.ts';
import { type RunReport, runBarrier } from '../support/barrier-run/run.ts';
import { sampleScenario } from '../support/barrier-run/sample-log.ts';
import { killStride, type Scenario } from '../support/barrier-run/scenario.ts';
import { type BarrierWorld, openBarrierWorld } from '../support/barrier-run/world.ts';

const seeds = Array.from({ length: killStride }, (_, index) => index + 1);
/** At once: they wait for most of their time. */
const parallel = 6;

describe('the barrier, in random runs', () => {
  let world: BarrierWorld;
  let reports: readonly RunReport[];

  beforeAll(async () => {
    world = await openBarrierWorld(inject('parts'));
    reports = await playAll(world, seeds);
  }, 900_000);

  afterAll(() => world.close());

  it('writes nothing of a revision before all Secrets that it needs are current, by the order of the API server', () => {
    expect(reports.flatMap(({ seed, disorder }) => disorder.map((line) => `seed ${seed}: ${line}`))).toEqual([]);
    expect(sum(({ writes }) => writes)).toBeGreaterThan(seeds.length * 20);
  });

  it('comes to its end in each of them, once the trouble is over', () => {
    expect(reports.flatMap(({ seed, stuck }) => (stuck === undefined ? [] : [`seed ${seed}: ${stuck}`]))).toEqual([]);
  });

  it("is never read as healthy too early, by Argo CD's rules or by kstatus'", () => {
    expect(reports.flatMap(({ seed, health }) => health.violations.map((line) => `seed ${seed}: ${line}`))).toEqual([]);
    expect(sum(({ health }) => health.judged - health.healthy)).toBeGreaterThan(seeds.length);
    expect(sum(({ health }) => health.healthy)).toBeGreaterThan(seeds.length);
  });

  it('was killed at many different requests, refused by API server and provider, and brought back each time', () => {
    expect(new Set(reports.flatMap(({ kills }) => kills)).size).toBeGreaterThan(seeds.length);
    expect(sum(({ lives }) => lives)).toBeGreaterThanOrEqual(sum(({ kills }) => kills.length));
    expect(sum(({ faults }) => faults)).toBeGreaterThan(0);
    expect(sum(({ refusals }) => refusals)).toBeGreaterThan(0);
  });

  it('is found out where it always stands open', async () => {
    const { disorder } = await runBarrier(world, 1_000, { deceive: lyingCluster, scenario: slow });

    expect(disorder.join('\n')).toMatch(/written before Secret external-\d was current: it had never been there/);
  }, 300_000);

  function sum(figure: (report: RunReport) => number): number {
    return reports.reduce((total, report) => total + figure(report), 0);
  }
});

/** Nothing goes wrong, and the provider takes three seconds for the one value. */
const slow: Scenario = {
  ...sampleScenario,
  revisions: 1,
  secrets: sampleScenario.secrets.map((secret) => ({ ...secret, mood: { delay: 3_000, trouble: 'none', lasts: 0 } })),
};

async function playAll(world: BarrierWorld, all: readonly number[]): Promise<readonly RunReport[]> {
  const waiting = [...all];
  const reports: RunReport[] = [];
  const play = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) reports.push(await runBarrier(world, seed));
  };
  await Promise.all(Array.from({ length: parallel }, () => play()));
  return reports;
}
