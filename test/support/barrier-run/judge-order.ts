import { rollbackAnnotation } from '../../../src/gitops/history/rollback-pin.ts';
import { conditionsOf } from '../peer-health-argo.ts';
import { at } from '../raw-api.ts';
import type { Change } from './audit-trail.ts';
import { comesBefore, type Evidence, holds, notHolding } from './evidence.ts';
import { isMadeAtRuntime } from './runtime-makers.ts';
import type { RunSecret, Scenario } from './scenario.ts';
import { digestOf, expectedData, neededSecrets, remoteKey, revisionAnnotation, turnAnnotation, turns, valueOf, versionFor, type Wanted } from './values.ts';

/** The kinds that stand behind the barrier in these runs. */
const chartKinds: ReadonlySet<string> = new Set(['deployments', 'statefulsets', 'cronjobs', 'jobs', 'configmaps', 'services']);

/**
 * The order that must hold for each revision R: min(write of R's chart) > max(Secret current for R), hooks and everything else
 * of the chart included. A Secret is current for R once its data are what R's declaration says, value for value, and its
 * ExternalSecret or SealedSecret says so of its own generation; what the controller thinks of it does not count. Pure.
 * @returns what is wrong, a line each
 */
export function judgeOrder(evidence: Evidence): readonly string[] {
  return [...staysOf(evidence).flatMap((stay) => judgeStay(evidence, stay)), ...judgeValue(evidence), ...judgeSuccession(evidence)];
}

/** Writes one after the other that brought objects to the same thing wanted: to another, and back, are three of them. */
interface Stay extends Wanted {
  readonly first: Change;
  readonly writes: readonly Change[];
}

function staysOf(evidence: Evidence): readonly Stay[] {
  const known = new Map<string, string>();
  const stays: Stay[] = [];
  for (const write of chartWrites(evidence)) {
    const wanted = wantedBy(write);
    const id = `${write.resource}/${write.name}`;
    const what = `${wanted.revision} ${wanted.turn}`;
    // a restart of its pods, say, brings it to nothing else
    if (known.get(id) === what) continue;
    known.set(id, what);
    const last = stays.at(-1);
    if (last?.revision === wanted.revision && last.turn === wanted.turn) stays[stays.length - 1] = { ...last, writes: [...last.writes, write] };
    else stays.push({ ...wanted, first: write, writes: [write] });
  }
  return stays;
}

function judgeStay(evidence: Evidence, stay: Stay): readonly string[] {
  const { scenario } = evidence;
  const { first, revision } = stay;
  if (scenario.refused && revision === scenario.revisions) return [`revision ${revision} must be refused, and ${describe(first)} was written`];
  const isAwaitedByAll = (secret: RunSecret): boolean => !isMadeAtRuntime(secret) || secret.name === scenario.value?.secret;
  const early = neededSecrets(scenario).filter(isAwaitedByAll).flatMap((secret) => {
    const why = notCurrent(evidence, secret, stay, first);
    return why === undefined ? [] : [`revision ${revision}: ${describe(first)} was written before Secret ${secret.name} was current: ${why}`];
  });
  return [...early, ...judgeConsumers(evidence, stay)];
}

/** What something makes as it runs, its consumers wait for, each by itself: the first write of a revision's consumer comes after it. */
function judgeConsumers(evidence: Evidence, stay: Stay): readonly string[] {
  const { consumers, secrets } = evidence.scenario;
  return consumers.flatMap(({ name, needs }) => {
    const first = stay.writes.find((write) => write.name === name);
    if (first === undefined) return [];
    const awaited = secrets.filter((secret) => isMadeAtRuntime(secret) && needs.some((need) => need.secret === secret.name));
    return awaited.flatMap((secret) => {
      const why = notCurrent(evidence, secret, stay, first);
      return why === undefined ? [] : [`revision ${stay.revision}: ${describe(first)} was written before Secret ${secret.name}, which it needs, was current: ${why}`];
    });
  });
}

/** Why a Secret had not become current for what is wanted by the time of a write; undefined where it had. */
function notCurrent(evidence: Evidence, secret: RunSecret, wanted: Wanted, before: Change): string | undefined {
  const { scenario, namespace } = evidence;
  const version = versionFor(scenario, secret, wanted);
  const expected = expectedData(namespace, scenario, secret, wanted);
  // what somebody does to it by hand is forgiven while it is fresh; that it was declared otherwise is not
  const others = otherWanted(scenario, secret, version).map((other) => expectedData(namespace, scenario, secret, other));
  const why = notHolding(evidence, { secret: secret.name, expected, before, excused: (change) => !others.some((other) => holds(change, other)) });
  if (why !== undefined || (secret.maker !== 'external' && secret.maker !== 'sealed')) return why;
  const [resource, type] = secret.maker === 'external' ? ['externalsecrets', 'Ready'] : ['sealedsecrets', 'Synced'];
  const isDeclared = (body: Change['body']): boolean => secret.maker === 'sealed' || at(body, 'spec', 'data', 0, 'remoteRef', 'key') === remoteKey(secret.name, secret.keys[0] ?? '', version);
  // a Secret can be right by chance
  const said = evidence.changes.some((change) => change.resource === resource && change.name === secret.name && comesBefore(change, before) && isDeclared(change.body) && saysOfItself(change, type));
  return said ? undefined : `${resource} ${secret.name} had not said that it is ${type}`;
}

/** All that may be wanted and asks for another version of a Secret. */
function otherWanted(scenario: Scenario, secret: RunSecret, version: number): readonly Wanted[] {
  const all = Array.from({ length: scenario.revisions }, (_, index) => index + 1).flatMap((revision) => turns.map((turn) => ({ revision, turn })));
  return all.filter((wanted) => versionFor(scenario, secret, wanted) !== version);
}

function saysOfItself({ body }: Change, type: string): boolean {
  const generation = at(body, 'metadata', 'generation');
  return body !== undefined && conditionsOf(body).some((condition) => at(condition, 'type') === type && at(condition, 'status') === 'True' && at(condition, 'observedGeneration') === generation);
}

/** What the chart makes of a value must be that of what was wanted: no placeholder, no older one. */
function judgeValue(evidence: Evidence): readonly string[] {
  const { scenario, namespace } = evidence;
  const { value, secrets } = scenario;
  const secret = secrets.find(({ name }) => name === value?.secret);
  if (value === undefined || secret === undefined) return [];
  const digest = (write: Change): string => digestOf(valueOf(namespace, secret.name, value.key, versionFor(scenario, secret, wantedBy(write))));
  const wrong = chartWrites(evidence).filter((write) => write.name === 'valued' && at(write.body, 'data', 'digest') !== digest(write));
  return wrong.map((write) => `revision ${wantedBy(write).revision}: ${describe(write)} was rendered with another value than the revision's`);
}

/** A revision that has been left behind is not brought in again, unless somebody goes back to it. */
function judgeSuccession(evidence: Evidence): readonly string[] {
  const newest = new Map<string, number>();
  const wasPinned = (revision: number, write: Change): boolean => evidence.applications.some((change) => comesBefore(change, write) && String(at(change.body, 'metadata', 'annotations', rollbackAnnotation)).includes(`"revision":"${evidence.commits[revision - 1]}"`));
  return chartWrites(evidence).flatMap((write) => {
    const id = `${write.resource}/${write.name}`;
    const { revision } = wantedBy(write);
    const before = newest.get(id) ?? 0;
    newest.set(id, revision);
    const isBack = revision < before && !evidence.takenBackTo.includes(revision) && !wasPinned(revision, write);
    return isBack ? [`${describe(write)} of revision ${revision} was written over that of revision ${before}`] : [];
  });
}

function chartWrites({ changes, user }: Evidence): readonly Change[] {
  return changes.filter((change) => change.user === user && chartKinds.has(change.resource) && wantedBy(change).revision > 0);
}

/** What an object says that it is of; revision 0 where it says nothing. */
function wantedBy({ body }: Change): Wanted {
  const said = (annotation: string): number => Number(at(body, 'metadata', 'annotations', annotation) ?? 0);
  return { revision: said(revisionAnnotation), turn: said(turnAnnotation) };
}

function describe({ verb, resource, name, version }: Change): string {
  return `${verb} ${resource}/${name} (${version ?? 'gone'})`;
}
