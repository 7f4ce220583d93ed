import { argoHealth, conditionsOf } from '../peer-health-argo.ts';
import { kstatusHealth } from '../peer-health-kstatus.ts';
import { at } from '../raw-api.ts';
import type { Change } from './audit-trail.ts';
import { type Evidence, hasHeld, notHolding } from './evidence.ts';
import type { RunSecret } from './scenario.ts';
import { expectedData, neededSecrets, remoteValue, turns } from './values.ts';

/** What came of looking at every status of a run. */
export interface HealthVerdict {
  /** Statuses that were looked at. */
  readonly judged: number;
  /** Those that Argo CD or kstatus would have read as healthy. */
  readonly healthy: number;
  /** What was read as healthy before it was, a line each. */
  readonly violations: readonly string[];
}

/**
 * Judges every status that was ever written as Argo CD and kstatus read it: `healthy` is a violation whenever the log says that the Secret was not
 * current for that very object. Argo CD's rules ask for no generation, so they are asked about statuses alone, when their
 * conditions are written; kstatus asks, and must be right about every version of an object. Pure.
 */
export function judgeHealth(evidence: Evidence): HealthVerdict {
  const said = new Map<string, string>();
  const readings = [...evidence.changes.flatMap((change) => readingsOf(change, said)), ...evidence.applications.flatMap((change) => applicationReadings(evidence, change))];
  const healthy = readings.filter(({ isHealthy }) => isHealthy);
  const violations = healthy.flatMap(({ change, by }) => {
    const why = whyNot(evidence, change);
    return why === undefined ? [] : [`${by} reads ${change.resource}/${change.name} (${change.version}) as healthy: ${why}`];
  });
  return { judged: readings.length, healthy: healthy.length, violations };
}

interface Reading {
  readonly change: Change;
  readonly by: 'Argo CD' | 'kstatus';
  readonly isHealthy: boolean;
}

const judgedKinds: ReadonlySet<string> = new Set(['externalsecrets', 'sealedsecrets', 'secretstores']);

/** @param said the conditions of each object so far: who writes a status and leaves them as they are has said nothing anew */
function readingsOf(change: Change, said: Map<string, string>): readonly Reading[] {
  const { resource, name, subresource, body } = change;
  if (!judgedKinds.has(resource) || body === undefined) return [];
  const conditions = JSON.stringify(conditionsOf(body));
  const isSaid = subresource === 'status' && said.get(`${resource}/${name}`) !== conditions;
  said.set(`${resource}/${name}`, conditions);
  return [
    ...(isSaid ? [{ change, by: 'Argo CD', isHealthy: argoHealth(body) === 'Healthy' } as const] : []),
    { change, by: 'kstatus', isHealthy: kstatusHealth(body) === 'Current' },
  ];
}

/** An Application has no generation to speak of, nor conditions with a status, and kstatus knows nothing of its kind. */
function applicationReadings({ user }: Evidence, change: Change): readonly Reading[] {
  const { body } = change;
  if (change.resource !== 'applications' || change.user !== user || body === undefined) return [];
  return [{ change, by: 'Argo CD', isHealthy: argoHealth(body) === 'Healthy' && at(body, 'status', 'sync', 'status') === 'Synced' }];
}

function whyNot(evidence: Evidence, change: Change): string | undefined {
  const { body, name, resource } = change;
  if (body === undefined) return undefined;
  if (resource === 'applications') return applicationTooEarly(evidence, change, String(at(body, 'status', 'sync', 'revision')));
  if (resource === 'secretstores') return speaksOfItself(body) ? undefined : 'its condition is about another generation';
  const expected = resource === 'externalsecrets' ? externalData(body, evidence.namespace) : sealedData(body, evidence.sealed);
  const why = notHolding(evidence, { secret: name, expected, before: change, excused: ({ user }) => user !== evidence.user });
  return why === undefined ? undefined : `of Secret ${name}, ${why}`;
}

function speaksOfItself(body: NonNullable<Change['body']>): boolean {
  return conditionsOf(body).every((condition) => at(condition, 'observedGeneration') === at(body, 'metadata', 'generation'));
}

/** An Application that is Synced and Healthy has had every Secret that its revision needs. */
function applicationTooEarly(evidence: Evidence, change: Change, commit: string): string | undefined {
  const revision = evidence.commits.indexOf(commit) + 1;
  if (revision === 0) return `it is at ${commit}, which nobody has pushed`;
  const { scenario, namespace } = evidence;
  // how it was turned then, an Application does not say
  const wasCurrent = (secret: RunSecret): boolean => turns.some((turn) => hasHeld(evidence, { secret: secret.name, expected: expectedData(namespace, scenario, secret, { revision, turn }), before: change }));
  const late = neededSecrets(scenario).find((secret) => !wasCurrent(secret));
  return late === undefined ? undefined : `Secret ${late.name} had never been current for revision ${revision}`;
}

/** The data that an ExternalSecret asks for, as it stands there. */
function externalData(body: NonNullable<Change['body']>, namespace: string): ReadonlyMap<string, string> {
  const entries = at(body, 'spec', 'data');
  return new Map((Array.isArray(entries) ? entries : []).map((entry: unknown) => [String(at(entry, 'secretKey')), base64(remoteValue(namespace, String(at(entry, 'remoteRef', 'key'))))] as const));
}

/** The data that a SealedSecret holds. */
function sealedData(body: NonNullable<Change['body']>, plain: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const entries = at(body, 'spec', 'encryptedData');
  return new Map(Object.entries(typeof entries === 'object' && entries !== null ? entries : {}).map(([key, text]) => [key, base64(plain.get(String(text)) ?? '')]));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
