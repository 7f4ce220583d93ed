import type { Change } from './audit-trail.ts';
import type { Evidence } from './evidence.ts';
import type { Scenario } from './scenario.ts';
import { remoteKey, revisionAnnotation, turnAnnotation, valueOf } from './values.ts';

/** A run of two revisions, with one ExternalSecret whose value each of them changes, and one Deployment. */
export const sampleScenario: Scenario = {
  seed: 0,
  namespace: 'present',
  secrets: [{ maker: 'external', name: 'external-0', keys: ['password'], mood: { delay: 0, trouble: 'none', lasts: 0 }, late: 0, versions: [1, 2] }],
  consumers: [{ kind: 'Deployment', name: 'node', needs: [{ secret: 'external-0', key: 'password', way: 'env' }] }],
  revisions: 2,
  refused: false,
  value: undefined,
  turning: undefined,
  edits: [],
  kills: [],
  faults: 0,
  waves: 1,
};
const namespace = 'run-0';
const user = 'controller';

/** What there is to judge a log by that was written by hand. */
export function evidenceOf(changes: readonly Change[], more: Partial<Scenario> = {}, rest: Partial<Evidence> = {}): Evidence {
  return { scenario: { ...sampleScenario, ...more }, namespace, user, changes, applications: [], commits: ['first', 'second'], takenBackTo: [], sealed: new Map(), ...rest };
}

/** A write of the controller without anything in it. */
export function changeOf(resource: string, name: string, version?: number): Change {
  return { user, verb: 'patch', resource, subresource: undefined, namespace, name, completed: version ?? 0, version, body: undefined };
}

/** @param values of which version of the declaration */
export function secretWith({ version, values }: { readonly version: number; readonly values: number }): Change {
  return { ...changeOf('secrets', 'external-0', version), body: { data: { password: Buffer.from(valueOf(namespace, 'external-0', 'password', values)).toString('base64') } } };
}

interface Declared {
  readonly version: number;
  readonly values: number;
  readonly generation: number;
  readonly ready: boolean;
  /** The generation that the status speaks of; its own unless told. */
  readonly observed?: number;
}

/** The ExternalSecret after a write of its status. */
export function declared({ version, values, generation, ready, observed = generation }: Declared): Change {
  return {
    ...changeOf('externalsecrets', 'external-0', version),
    subresource: 'status',
    body: {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { generation },
      spec: { data: [{ secretKey: 'password', remoteRef: { key: remoteKey('external-0', 'password', values) } }] },
      status: { observedGeneration: observed, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', observedGeneration: observed }] },
    },
  };
}

export function workloadOf({ version, revision, turn = 0, completed = version }: { readonly version: number; readonly revision: number; readonly turn?: number; readonly completed?: number }): Change {
  return { ...changeOf('deployments', 'node', version), completed, body: { metadata: { annotations: { [revisionAnnotation]: String(revision), [turnAnnotation]: String(turn) } } } };
}
