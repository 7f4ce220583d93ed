import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Condition } from '../../src/api/condition.ts';
import { createSemaphore } from '../../src/lib/semaphore.ts';
import { createCanaries } from '../support/canary.ts';
import { createFastClock, type FastClock } from '../support/fast-clock.ts';
import type { FaultLane, FaultScene } from '../support/provider-fault-lane.ts';
import { type FaultStage, type SecretWrite, startFaultStage } from '../support/provider-fault-stage.ts';
import { hookNames, nameFor, pageText, plantedMark, type ProviderFault } from '../support/provider-faults.ts';
import type { World } from '../support/secret-stage.ts';
import { seeded } from '../support/seeded.ts';

/** One adapter under one fault. */
export interface FaultCase {
  readonly scene: FaultScene;
  readonly fault: ProviderFault;
}

/** All that happens in one cluster, under one set of controllers. */
export interface FaultPlan {
  readonly name: string;
  readonly cases: readonly FaultCase[];
  readonly open: () => Promise<World>;
  /** Of all chance in the controllers, so that a run can be had again. */
  readonly seed: number;
}

/** How many times faster than the machine's the controllers' clock runs while there are faults. */
const factor = 5;
const patience = { timeout: 60_000, interval: 200 };
/** Requests of the two ExternalSecrets and the store of one lane while its fault lasts; with backoff they are much fewer. */
const mostRequests = 120;
/** Connections of one lane. */
const mostSockets = 12;

type Texts = readonly [string, string];

interface Running extends FaultCase {
  readonly name: string;
  readonly lane: FaultLane;
  /** What stands at the service at first, and later. */
  readonly texts: readonly [Texts, Texts];
  /** The ExternalSecrets that read it: one that keeps its Secret, and one that lets it go with the values. */
  readonly readers: readonly [string, string];
}

/** What became of one case. */
interface Outcome extends FaultCase {
  readonly conditions: readonly (Condition | undefined)[];
  readonly writes: readonly SecretWrite[];
  readonly allowed: readonly Readonly<Record<string, string>>[];
  readonly requests: number;
  readonly mostOpen: number;
}

interface Report {
  readonly outcomes: readonly Outcome[];
  /** Milliseconds from asking for a refresh until the Secret held the new value: before there were faults, and meanwhile. */
  readonly delays: { readonly before: readonly number[]; readonly meanwhile: readonly number[] };
  /** Lines in which something stands that should not. */
  readonly leaks: readonly string[];
  /** What is not right once the faults are over. */
  readonly unsettled: string;
}

/** A plan for each adapter: all faults that concern it, side by side. */
export function faultPlans(scenes: readonly FaultScene[], faults: readonly ProviderFault[], open: () => Promise<World>): readonly FaultPlan[] {
  return scenes.map((scene) => ({ name: scene.name, cases: faults.filter(({ concerns }) => concerns?.(scene) ?? true).map((fault) => ({ scene, fault })), open, seed }));
}

/** Printed with the tests. */
export const seed = 6;

function asData([user, password]: Texts): Readonly<Record<string, string>> {
  return { user, password };
}

class FaultRun {
  readonly #plan: FaultPlan;
  readonly #canaries = createCanaries();
  readonly #stage: FaultStage;
  readonly #lanes: Running[] = [];
  #well: Running | undefined;
  #rotations = 0;

  private constructor(plan: FaultPlan, stage: FaultStage) {
    this.#plan = plan;
    this.#stage = stage;
  }

  /** Opens a cluster, plays the plan, and closes everything. */
  static async play(plan: FaultPlan): Promise<Report> {
    hookNames();
    const world = await plan.open();
    const clock = createFastClock();
    const providers = [...new Map(plan.cases.map(({ scene: { provider } }) => [provider.id, provider])).values()];
    const stage = await startFaultStage({ cluster: world.cluster, namespace: 'faults', providers, clock, random: seeded(plan.seed) });
    const run = new FaultRun(plan, stage);
    try {
      return await run.#play(clock);
    } finally {
      await stage.stop();
      await Promise.all([...run.#lanes, ...(run.#well === undefined ? [] : [run.#well])].map(({ lane }) => lane.close()));
      await world.close();
    }
  }

  async #play(clock: FastClock): Promise<Report> {
    const [first] = this.#plan.cases;
    if (first === undefined) throw new Error('a plan has a case');
    this.#well = await this.#open(first, 'well');
    for (const [index, one] of this.#plan.cases.entries()) this.#lanes.push(await this.#open(one, `lane-${index}`));
    await vi.waitFor(() => this.#expectData((lane) => lane.texts[0]), patience);
    const before = [await this.#rotate(), await this.#rotate(), await this.#rotate()];
    await this.#goOn();

    clock.speed(factor);
    const written = this.#stage.writes.length;
    for (const running of this.#lanes) await this.#begin(running);
    const meanwhile = [await this.#rotate()];
    await this.#untilFailed();
    for (let more = 0; more < 4; more += 1) meanwhile.push(await this.#rotate());
    const outcomes = await Promise.all(this.#lanes.map((running) => this.#outcome(running, this.#stage.writes.slice(written))));

    for (const { lane, fault } of this.#lanes) {
      lane.proxy.behave(undefined);
      fault.end?.(lane);
    }
    const unsettled = await vi.waitFor(() => this.#expectData((lane) => lane.texts[1]), { ...patience, timeout: 120_000 }).then(() => '', String);
    return { outcomes, delays: { before, meanwhile }, leaks: await this.#leaks(), unsettled };
  }

  async #open(one: FaultCase, name: string): Promise<Running> {
    const plant = (what: string): string => plantedMark + this.#canaries.plant(`${name} ${what}`, ' "/é+').text;
    const texts = [[plant('user 1'), plant('password 1')], [plant('user 2'), plant('password 2')]] as const;
    const lane = await one.scene.open(name, one.fault.isNamed === true ? nameFor(name) : undefined);
    lane.proxy.remember(true);
    await lane.store(texts[0]);
    await this.#stage.addStore(name, lane);
    const readers = [`${name}-kept`, `${name}-gone`] as const;
    await this.#stage.declare(readers[0], name, lane.references);
    await this.#stage.declare(readers[1], name, lane.references, { target: { deletionPolicy: 'Delete' } });
    return { ...one, name, lane, texts, readers };
  }

  /** Has the provider hold what is new where that must be read before the fault begins. */
  async #goOn(): Promise<void> {
    const ahead = this.#lanes.filter(({ fault }) => fault.afterNewer === true);
    for (const { lane, texts, readers } of ahead) {
      lane.proxy.remember(false);
      await lane.store(texts[1]);
      for (const reader of readers) await this.#stage.refresh(reader);
    }
    await vi.waitFor(() => this.#expectData((lane) => lane.texts[ahead.includes(lane) ? 1 : 0]), patience);
  }

  async #begin({ lane, fault, texts, readers }: Running): Promise<void> {
    lane.proxy.remember(false);
    lane.proxy.behave(fault.wire);
    fault.begin?.(lane);
    if (fault.afterNewer !== true) await lane.store(texts[1]);
    // what is read of its own accord is not asked for: that would be a wish for what is there, be it older
    if (fault.afterNewer !== true) for (const reader of readers) await this.#stage.refresh(reader);
  }

  /** Has a healthy ExternalSecret follow a new value, and answers how long that took. */
  async #rotate(): Promise<number> {
    const { lane, readers } = this.#well ?? this.#lanes[0] ?? raise();
    this.#rotations += 1;
    const texts: Texts = [`healthy user ${this.#rotations}`, `healthy password ${this.#rotations}`];
    await lane.store(texts);
    const started = performance.now();
    await Promise.all(readers.map((reader) => this.#stage.refresh(reader)));
    await vi.waitFor(async () => {
      for (const reader of readers) {
        if (!isDeepStrictEqual(await this.#stage.data(reader), asData(texts))) throw new Error(`${reader} does not follow: ${(await this.#stage.ready(reader))?.message}`);
      }
    }, { ...patience, interval: 10 });
    return performance.now() - started;
  }

  /** Until each reader has said so, or a while has passed: what did not fail shows in the outcome. */
  async #untilFailed(): Promise<void> {
    const check = async (): Promise<void> => {
      for (const { readers, fault, scene } of this.#lanes) {
        if (fault.fails === 'maybe' || scene.meansWell?.[fault.name] !== undefined) continue;
        for (const reader of readers) expect([scene.name, fault.name, (await this.#stage.ready(reader))?.status]).toEqual([scene.name, fault.name, 'False']);
      }
    };
    await vi.waitFor(check, { timeout: 16_000, interval: 250 }).catch(() => {});
    // and for two refreshes more
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }

  async #outcome({ scene, fault, lane, texts, readers }: Running, writes: readonly SecretWrite[]): Promise<Outcome> {
    return {
      scene,
      fault,
      conditions: await Promise.all(readers.map((reader) => this.#stage.ready(reader))),
      writes: writes.filter(({ name }) => readers.some((reader) => reader === name)),
      allowed: fault.fails === 'always' ? [] : [asData(texts[1])],
      requests: lane.proxy.requests(),
      mostOpen: lane.proxy.mostOpen(),
    };
  }

  async #expectData(wanted: (lane: Running) => Texts): Promise<void> {
    for (const running of this.#lanes) {
      for (const reader of running.readers) {
        const [ready, data] = [await this.#stage.ready(reader), await this.#stage.data(reader)];
        const isRight = ready?.message === 'secret synced' && isDeepStrictEqual(data, asData(wanted(running)));
        if (!isRight) throw new Error(`${titled(running)}: ${ready?.message ?? 'no condition'}; the Secret holds ${JSON.stringify(data)}`);
      }
    }
  }

  async #leaks(): Promise<readonly string[]> {
    // what differs in its time alone is searched once
    const lines = new Map([...this.#stage.told, await this.#stage.metrics()].map((line) => [line.replaceAll(/\d+/g, '0'), line])).values().toArray();
    const pages = lines.filter((line) => line.includes(pageText));
    return [...pages, ...lines.flatMap((line) => this.#canaries.search('what is told', line).map((finding) => JSON.stringify(finding)))];
  }
}

function raise(): never {
  throw new Error('there is no lane');
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Infinity;
}

/** Bytes that are in use once what is garbage has been collected. */
function used(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function titled({ scene, fault }: FaultCase): string {
  return `${scene.name}, ${fault.name}`;
}

/** What every adapter and the controllers make of services that fail, a few plans at a time. The names of invariants are those of the design. */
export function providerFaultsContract(plans: readonly FaultPlan[], atOnce: number): void {
  const runs = new Map<string, Promise<Report>>();
  let usedBefore = 0;

  beforeAll(() => {
    usedBefore = used();
    const turns = createSemaphore(atOnce);
    for (const plan of plans) {
      const run = turns.run(() => FaultRun.play(plan), new AbortController().signal);
      // told by the tests of its plan
      run.catch(() => {});
      runs.set(plan.name, run);
    }
  });
  afterAll(async () => void (await Promise.allSettled(runs.values())));

  describe.each([...plans])('$name under faults (seed $seed)', ({ name, cases }) => {
    let report: Report;

    beforeAll(async () => {
      report = await (runs.get(name) ?? raise());
    }, 300_000);

    it('never deletes, blanks or half writes a Secret, nor takes what fails for a value (I1, I2)', () => {
      const wrong = report.outcomes.flatMap((outcome) => {
        const { writes, allowed, scene, fault } = outcome;
        const isMeant = ({ name: written, data }: SecretWrite): boolean => (fault.empties === true && data === undefined && written.endsWith('-gone')) || scene.meansWell?.[fault.name] !== undefined || allowed.some((one) => isDeepStrictEqual(one, data));
        return writes.filter((write) => !isMeant(write)).map((write) => `${titled(outcome)}: ${JSON.stringify(write)}`);
      });
      expect(wrong).toEqual([]);
    });

    it('says the cause in words of ours', () => {
      const wrong = report.outcomes.flatMap((outcome) => {
        const { fault, scene, conditions } = outcome;
        return conditions.flatMap((ready) => {
          if (ready?.status === 'True' && (fault.fails === 'maybe' || (fault.empties === true && ready.reason === 'SecretDeleted') || scene.meansWell?.[fault.name] !== undefined)) return [];
          const isTold = ready?.status === 'False' && (fault.says.test(ready.message) || scene.saysToo?.test(ready.message) === true) && !/unexpectedly|ERR_INVALID|TypeError|undefined/.test(ready.message);
          return isTold ? [] : [`${titled(outcome)}: ${ready?.status} ${ready?.message}`];
        });
      });
      expect(wrong).toEqual([]);
    });

    it('asks, and holds connections, within bounds (I10)', () => {
      const wrong = report.outcomes.filter(({ requests, mostOpen }) => requests > mostRequests || mostOpen > mostSockets);
      expect(wrong.map((outcome) => `${titled(outcome)}: ${outcome.requests} requests, ${outcome.mostOpen} connections`)).toEqual([]);
    });

    it('keeps those who read another store waiting for less than a second more (I11)', () => {
      const { before, meanwhile } = report.delays;
      expect(middle(meanwhile) - middle(before)).toBeLessThan(1_000);
    });

    it('lets out no value and no word of the service', () => {
      expect(report.leaks).toEqual([]);
    });

    it('has everything right by itself once the faults are over', () => {
      expect(report.unsettled).toBe('');
      expect(report.outcomes).toHaveLength(cases.length);
    });
  });

  it('leaves no memory behind', async () => {
    await Promise.allSettled(runs.values());
    expect((used() - usedBefore) / 2 ** 20).toBeLessThan(96);
  }, 300_000);
}
