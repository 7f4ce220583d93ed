import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject } from '../../../src/api/object.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { applicationType, deploymentType } from '../../../src/kube/resource-types.ts';
import { at } from '../raw-api.ts';
import { applicationObject } from './application-object.ts';
import { type Desk, openDesk } from './desk.ts';
import type { Evidence } from './evidence.ts';
import { type HealthVerdict, judgeHealth } from './judge-health.ts';
import { judgeOrder } from './judge-order.ts';
import { startLives } from './lives.ts';
import { createMischief, type Mischief } from './mischief.ts';
import { createMoodyProvider } from './moody-provider.ts';
import { createPeople, type People } from './people.ts';
import { request } from './requests.ts';
import { type Edit, type Scenario, scenarioOf } from './scenario.ts';
import { turnAnnotation } from './values.ts';
import { type BarrierWorld, controllerUser } from './world.ts';

/** What one run came to. */
export interface RunReport {
  readonly seed: number;
  /** Chart objects that were written before a Secret that they need, and the like. */
  readonly disorder: readonly string[];
  /** Statuses that peers would have read as healthy too early. */
  readonly health: HealthVerdict;
  /** Why it did not come to its end; undefined where it did. */
  readonly stuck: string | undefined;
  /** Positions of the requests at which the controller was killed. */
  readonly kills: readonly number[];
  readonly lives: number;
  /** Requests that came to harm, and answers of the provider that were errors. */
  readonly faults: number;
  readonly refusals: number;
  /** Writes that were judged. */
  readonly writes: number;
  readonly seconds: number;
}

export interface RunOptions {
  /** How the Git half sees the cluster; as it is unless told. */
  readonly deceive?: (cluster: Cluster) => Cluster;
  /** Absent: the seed's own. */
  readonly scenario?: Scenario;
}

/** Milliseconds between two looks. */
const look = 100;
/**
 * How many looks trouble may last, how many it does where the run does not end before, how many find no request before an edit is done out of turn, how many find no progress before a run counts
 * as stuck (half a minute), and how many there are in all once the trouble is over. A look asks the API server: where a machine is short
 * of time, there are fewer of them in a minute, as there are fewer of the controller's own requests.
 */
const looks = { trouble: 600, least: 50, quiet: 25, still: 300, end: 1_800 };
const never = new AbortController().signal;

/** Plays the scenario of a seed on a world that others use at the same time, and judges it by the API server's log. */
export async function runBarrier(world: BarrierWorld, seed: number, { deceive, scenario = scenarioOf(seed) }: RunOptions = {}): Promise<RunReport> {
  const started = performance.now();
  const [namespace, applications] = [`run-${seed}`, `apps-${seed}`];
  const people = createPeople(world, scenario, { namespace, applications });
  const provider = createMoodyProvider(scenario, namespace);
  const mischief = createMischief(scenario, () => lives.kill());
  const desk = await openDesk(world, scenario, namespace);
  const over = new AbortController();
  await people.prepare();
  await desk.push();
  await world.cluster.create(applicationType, applicationObject(scenario, { namespace, applications, repoURL: desk.url }), { fieldManager: 'person' }, never);
  const lives = startLives(world, { name: namespace, namespace, applications, script: provider.script, fateOf: mischief.fateOf, ...(deceive === undefined ? {} : { deceive }) });
  try {
    // where nothing may be written there is no namespace to put anything into
    const supplied = people.supply(over.signal).catch(() => {});
    const seen = async (): Promise<KubeObject | undefined> => world.cluster.get(applicationType, { namespace: applications, name: namespace }, never);
    const isTurned = async (): Promise<boolean> => scenario.refused || people.turned() === undefined || (await turnOf(world.cluster, scenario, namespace)) === String(people.turned());
    const isEnded = async (): Promise<boolean> => hasEnded(scenario, await seen(), desk.commits.at(-1) ?? '') && (await isTurned());
    const ask = (edit: Edit): Promise<void> => request(world.cluster, edit, desk.commits, { scenario, namespace: applications, name: namespace });
    await playEdits(scenario, { desk, edit: people.edit, ask, counted: mischief.counted });
    for (let count = 0; count < looks.trouble && !((mischief.isDone() && count >= looks.least) || (await isEnded())); count += 1) await pause(look);
    mischief.end();
    provider.beWell();
    const progress = (): number => world.trail.count(namespace) + world.trail.count(applications);
    const stuck = (await untilEnded(isEnded, progress)) ? undefined : `stuck at: ${describe(await seen())}`;
    await lives.close();
    over.abort();
    await supplied;
    const evidence: Evidence = { scenario, namespace, user: controllerUser, commits: desk.commits, takenBackTo: desk.takenBackTo, sealed: desk.sealed, changes: world.trail.of(namespace), applications: world.trail.of(applications) };
    return { seed, stuck, disorder: judgeOrder(evidence), health: judgeHealth(evidence), kills: mischief.kills(), lives: lives.count(), faults: mischief.faults(), refusals: provider.refusals(), writes: evidence.changes.length + evidence.applications.length, seconds: (performance.now() - started) / 1_000 };
  } finally {
    over.abort();
    await lives.close();
    await Promise.all([desk.close(), people.cleanUp()]);
    for (const name of [namespace, applications]) world.trail.forget(name);
  }
}

interface Editing {
  readonly desk: Pick<Desk, 'push' | 'takeBack'>;
  readonly edit: People['edit'];
  /** Asks something of the Application. */
  readonly ask: (edit: Edit) => Promise<void>;
  readonly counted: Mischief['counted'];
}

/** Does each edit at its request, or once the controller has been quiet for a while: it may wait for just that. */
async function playEdits({ edits }: Scenario, { desk, edit, ask, counted }: Editing): Promise<void> {
  for (const next of edits.toSorted((a, b) => a.at - b.at)) {
    let before = counted();
    for (let still = 0; counted() < next.at && still < looks.quiet; still = counted() === before ? still + 1 : 0) {
      before = counted();
      await pause(look);
    }
    if (next.what === 'commit') await desk.push();
    else if (next.what === 'takeBack') await desk.takeBack();
    else {
      // somebody else may have been faster: then there is nothing to edit
      await edit(next).catch(() => {});
      await ask(next);
    }
  }
}

/** How what the chart asks the cluster for was turned when its first workload was written; undefined where that is not there. */
async function turnOf(cluster: Cluster, { consumers }: Scenario, namespace: string): Promise<unknown> {
  const [first] = consumers;
  return first === undefined ? undefined : at(await cluster.get(deploymentType, { namespace, name: first.name }, never), 'metadata', 'annotations', turnAnnotation);
}

/** Waits for the end as long as something moves. */
async function untilEnded(isEnded: () => Promise<boolean>, progress: () => number): Promise<boolean> {
  let [before, still] = [progress(), 0];
  for (let count = 0; count < looks.end && still < looks.still; count += 1) {
    if (await isEnded()) return true;
    await pause(look);
    const now = progress();
    still = now === before ? still + 1 : 0;
    before = now;
  }
  return false;
}

/** The last commit is in, or is refused where it must be. */
function hasEnded({ refused }: Scenario, application: KubeObject | undefined, commit: string): boolean {
  if (refused) return /needs key \S*tokne/.test(JSON.stringify(at(application, 'status', 'conditions') ?? ''));
  const operation = at(application, 'status', 'operationState');
  return at(operation, 'phase') === 'Succeeded' && at(operation, 'syncResult', 'revision') === commit && at(application, 'status', 'sync', 'status') === 'Synced' && at(application, 'status', 'sync', 'revision') === commit;
}

function describe(application: KubeObject | undefined): string {
  return JSON.stringify([at(application, 'status', 'operationState', 'phase'), at(application, 'status', 'operationState', 'message'), at(application, 'status', 'sync', 'status'), at(application, 'status', 'conditions')]);
}
