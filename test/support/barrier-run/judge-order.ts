import { conditionsOf } from '../peer-health-argo.ts';
import { at } from '../raw-api.ts';
import type { Change } from './audit-trail.ts';
import { comesBefore, type Evidence, notHolding } from './evidence.ts';
import { isMadeAtRuntime, type RunSecret, type Scenario } from './scenario.ts';
import { digestOf, expectedData, neededSecrets, remoteKey, revisionAnnotation, valueOf, versionAt } from './values.ts';

/** The kinds that stand behind the barrier in these runs. */
const chartKinds: ReadonlySet<string> = new Set(['deployments', 'statefulsets', 'cronjobs', 'jobs', 'configmaps', 'services']);

/**
 * The order that must hold for each revision R: min(write of R's chart) > max(Secret current for R), hooks and everything else
 * of the chart included. A Secret is current for R once its data are what R's declaration says, value for value, and its
 * ExternalSecret or SealedSecret says so of its own generation; what the controller thinks of it does not count. Pure.
 * @returns what is wrong, a line each
 */
export function judgeOrder(evidence: Evidence): readonly string[] {
  const { scenario } = evidence;
  const revisions = Array.from({ length: scenario.revisions }, (_, index) => index + 1);
  return [...revisions.flatMap((revision) => judgeRevision(evidence, revision)), ...judgeSuccession(evidence)];
}

function judgeRevision(evidence: Evidence, revision: number): readonly string[] {
  const { scenario, namespace } = evidence;
  const writes = chartWrites(evidence).filter((write) => revisionOf(write) === revision);
  const [first] = writes;
  if (first === undefined) return [];
  if (scenario.refused && revision === scenario.revisions) return [`revision ${revision} must be refused, and ${describe(first)} was written`];
  const isAwaitedByAll = (secret: RunSecret): boolean => !isMadeAtRuntime(secret) || secret.name === scenario.value?.secret;
  const early = neededSecrets(scenario).filter(isAwaitedByAll).flatMap((secret) => {
    const why = notCurrent(evidence, secret, revision, first);
    return why === undefined ? [] : [`revision ${revision}: ${describe(first)} was written before Secret ${secret.name} was current: ${why}`];
  });
  return [...early, ...judgeConsumers(evidence, writes, revision), ...judgeValue(scenario, namespace, writes, revision)];
}

/** What something makes as it runs, its consumers wait for, each by itself: the first write of a revision's consumer comes after it. */
function judgeConsumers(evidence: Evidence, writes: readonly Change[], revision: number): readonly string[] {
  const { consumers, secrets } = evidence.scenario;
  return consumers.flatMap(({ name, needs }) => {
    const first = writes.find((write) => write.name === name);
    const awaited = first === undefined ? [] : secrets.filter((secret) => isMadeAtRuntime(secret) && needs.some((need) => need.secret === secret.name));
    return awaited.flatMap((secret) => {
      const why = first === undefined ? undefined : notCurrent(evidence, secret, revision, first);
      return first === undefined || why === undefined ? [] : [`revision ${revision}: ${describe(first)} was written before Secret ${secret.name}, which it needs, was current: ${why}`];
    });
  });
}

/** Why a Secret had not become current for a revision by the time of a write; undefined where it had. */
function notCurrent(evidence: Evidence, secret: RunSecret, revision: number, before: Change): string | undefined {
  const why = notHolding(evidence, { secret: secret.name, expected: expectedData(evidence.namespace, secret, revision), before, excused: () => true });
  if (why !== undefined || (secret.maker !== 'external' && secret.maker !== 'sealed')) return why;
  const [resource, type] = secret.maker === 'external' ? ['externalsecrets', 'Ready'] : ['sealedsecrets', 'Synced'];
  const isDeclared = (body: Change['body']): boolean => secret.maker === 'sealed' || at(body, 'spec', 'data', 0, 'remoteRef', 'key') === remoteKey(secret.name, secret.keys[0] ?? '', versionAt(secret, revision));
  // a Secret can be right by chance
  const said = evidence.changes.some((change) => change.resource === resource && change.name === secret.name && comesBefore(change, before) && isDeclared(change.body) && saysOfItself(change, type));
  return said ? undefined : `${resource} ${secret.name} had not said that it is ${type}`;
}

function saysOfItself({ body }: Change, type: string): boolean {
  const generation = at(body, 'metadata', 'generation');
  return body !== undefined && conditionsOf(body).some((condition) => at(condition, 'type') === type && at(condition, 'status') === 'True' && at(condition, 'observedGeneration') === generation);
}

/** What the chart makes of a value must be that of its own revision: no placeholder, no older one. */
function judgeValue({ value, secrets }: Scenario, namespace: string, writes: readonly Change[], revision: number): readonly string[] {
  const secret = secrets.find(({ name }) => name === value?.secret);
  if (value === undefined || secret === undefined) return [];
  const digest = digestOf(valueOf(namespace, secret.name, value.key, versionAt(secret, revision)));
  const wrong = writes.filter(({ name, body }) => name === 'valued' && at(body, 'data', 'digest') !== digest);
  return wrong.map((write) => `revision ${revision}: ${describe(write)} was rendered with another value than the revision's`);
}

/** A revision that has been left behind is not brought in again. */
function judgeSuccession(evidence: Evidence): readonly string[] {
  const newest = new Map<string, number>();
  return chartWrites(evidence).flatMap((write) => {
    const id = `${write.resource}/${write.name}`;
    const revision = revisionOf(write);
    const before = newest.get(id) ?? 0;
    newest.set(id, Math.max(before, revision));
    return revision < before ? [`${describe(write)} of revision ${revision} was written over that of revision ${before}`] : [];
  });
}

function chartWrites({ changes, user }: Evidence): readonly Change[] {
  return changes.filter((change) => change.user === user && chartKinds.has(change.resource) && revisionOf(change) > 0);
}

/** The revision that an object says it is of; 0 where it says none. */
function revisionOf({ body }: Change): number {
  return Number(at(body, 'metadata', 'annotations', revisionAnnotation) ?? 0);
}

function describe({ verb, resource, name, version }: Change): string {
  return `${verb} ${resource}/${name} (${version ?? 'gone'})`;
}
