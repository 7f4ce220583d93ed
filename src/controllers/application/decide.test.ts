import { describe, expect, it } from 'vitest';
import { parseApplication } from '../../api/application.ts';
import type { Application } from '../../api/application.ts';
import type { ApplicationStatus } from '../../api/application-status.ts';
import type { RollbackPin } from '../../gitops/history/rollback-pin.ts';
import { failOperation, startOperation, succeedOperation } from '../../gitops/history/operation.ts';
import { type CascadeRules, decideCascade } from './cascade.ts';
import { decideClaim, decideSync } from './decide.ts';
import type { Target } from './decide.ts';
import type { LiveObject } from '../../gitops/apply/object/live-view.ts';

const now = Date.UTC(2026, 0, 1);
const target: Target = { revision: 'b', source: { repoURL: 'r', path: 'p' }, destination: { name: 'in-cluster', namespace: 'devnet' } };

function application(automated: Readonly<Record<string, boolean>> | undefined, status: ApplicationStatus = {}): Application {
  const spec = { source: target.source, destination: target.destination, syncPolicy: { ...(automated === undefined ? {} : { automated }), retry: { limit: 1, backoff: { duration: '15s' } } } };
  const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet' }, spec });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return { ...parsed.value, status };
}

const auto = { prune: true, selfHeal: true };
const running = startOperation({ ...target, prune: true, allowEmpty: false, automated: true }, now);
const succeeded = succeedOperation(running, '', now);
const failed = failOperation(running, { message: 'no', refused: false, now }, { limit: 1, duration: 15_000, factor: 2, maxDuration: 0 });

describe('decideSync', () => {
  const decide = (app: Application, more: { readonly requested?: boolean; readonly at?: number; readonly target?: Target } = {}) =>
    decideSync({ application: app, target: more.target ?? target, requested: more.requested ?? false, now: more.at ?? now });

  it('compares where nobody asks for a sync', () => {
    expect(decide(application(undefined)).kind).toBe('compare');
    expect(decide(application({ enabled: false })).kind).toBe('compare');
  });

  it('starts an operation for what was never synced, automated or requested', () => {
    expect(decide(application(auto))).toMatchObject({ kind: 'sync', isNew: true, operation: { operation: { initiatedBy: { automated: true } } } });
    expect(decide(application(undefined), { requested: true })).toMatchObject({ kind: 'sync', operation: { operation: { initiatedBy: { username: 'prelude' } } } });
  });

  it('goes on with an operation that runs', () => {
    expect(decide(application(auto, { operationState: running }))).toEqual({ kind: 'sync', isNew: false, operation: running });
  });

  it.each<[string, Target]>([
    ['a new commit', { ...target, revision: 'c' }],
    ['another path', { ...target, source: { repoURL: 'r', path: 'q' } }],
    ['another destination', { ...target, destination: { name: 'in-cluster', namespace: 'testnet' } }],
  ])('starts anew for %s, whatever the one before is at', (_title, other) => {
    for (const operationState of [running, failed, succeeded]) expect(decide(application(auto, { operationState }), { target: other })).toMatchObject({ kind: 'sync', isNew: true });
  });

  it('heals what is in, or only compares', () => {
    expect(decide(application(auto, { operationState: succeeded })).kind).toBe('heal');
    expect(decide(application({ prune: true }, { operationState: succeeded })).kind).toBe('compare');
    expect(decide(application(undefined, { operationState: succeeded }), { requested: true }).kind).toBe('heal');
  });

  it('brings in values that have changed although nothing is put back by itself, where it is automated and the sync is done', () => {
    const of = (automated: Readonly<Record<string, boolean>> | undefined, operationState: typeof running): string => decideSync({ application: application(automated, { operationState }), target, requested: false, haveValuesChanged: true, now }).kind;

    expect([of({ prune: true }, succeeded), of(auto, succeeded), of(undefined, succeeded)]).toEqual(['heal', 'heal', 'compare']);
    expect([of({ prune: true }, running), of({ prune: true }, failed)]).toEqual(['sync', 'backoff']);
  });

  it('brings in a pin while the Application is suspended only where a person has set it', () => {
    const of = (pin: RollbackPin, suspended: boolean): string =>
      decideSync({ application: { ...application(undefined), suspended }, target, requested: false, following: { kind: 'pinned', pin }, now }).kind;
    const pin: RollbackPin = { revision: 'b', replaces: 'c' };

    expect([of(pin, true), of({ ...pin, automatic: true }, false), of({ ...pin, automatic: true }, true)]).toEqual(['sync', 'sync', 'compare']);
  });

  describe('a commit that says of every object what the one before said', () => {
    const other: Target = { ...target, revision: 'c' };
    const of = (app: Application, more: { readonly isSameState?: () => boolean; readonly requested?: boolean; readonly following?: { readonly kind: 'pinned'; readonly pin: RollbackPin }; readonly target?: Target } = {}) =>
      decideSync({ application: app, target: other, requested: false, isSameState: () => true, now, ...more });

    it('begins no operation: what is in is kept, by whatever commit it came', () => {
      expect(of(application(auto, { operationState: succeeded, sync: { status: 'Synced', revision: 'b' } }))).toEqual({ kind: 'heal', broughtInAs: 'b' });
      expect(of(application({ prune: true }, { operationState: succeeded, sync: { status: 'Synced', revision: 'b' } }))).toEqual({ kind: 'compare', broughtInAs: 'b' });
    });

    it('brings in again what had drifted before it came; what drifts later is a matter of selfHeal', () => {
      expect(of(application({ prune: true }, { operationState: succeeded, sync: { status: 'OutOfSync', revision: 'b' } }))).toMatchObject({ kind: 'sync', isNew: true });
      expect(of(application({ prune: true }, { operationState: succeeded, sync: { status: 'OutOfSync', revision: 'c' } }))).toEqual({ kind: 'compare', broughtInAs: 'b' });
    });

    it('begins one where the last has not succeeded, or where the place is another', () => {
      for (const operationState of [running, failed]) expect(of(application(auto, { operationState, sync: { status: 'Synced', revision: 'b' } }))).toMatchObject({ kind: 'sync', isNew: true });
      expect(of(application(auto, { operationState: succeeded, sync: { status: 'Synced', revision: 'b' } }), { target: { ...other, source: { repoURL: 'r', path: 'q' } } })).toMatchObject({ kind: 'sync', isNew: true });
      expect(of(application(auto, { operationState: succeeded, sync: { status: 'Synced', revision: 'b' } }), { target: { ...other, destination: { namespace: 'x' } } })).toMatchObject({ kind: 'sync', isNew: true });
    });

    it('begins one for a pin, which somebody wants to see brought in', () => {
      expect(of(application(auto, { operationState: succeeded, sync: { status: 'Synced', revision: 'b' } }), { following: { kind: 'pinned', pin: { revision: 'c', replaces: 'b' } } })).toMatchObject({ kind: 'sync', isNew: true });
    });

    it('is known after a restart by the status, which names it as what the cluster is', () => {
      const isSameState = (): boolean => false;
      const sync = { status: 'Synced', revision: 'c', comparedTo: { source: target.source, destination: target.destination } } as const;

      expect(of(application(auto, { operationState: succeeded, sync }), { isSameState })).toEqual({ kind: 'heal', broughtInAs: 'b' });
      for (const unknown of [{ ...sync, status: 'OutOfSync' }, { ...sync, revision: 'b' }, { ...sync, comparedTo: { source: target.source, destination: {} } }] as const) {
        expect(of(application(auto, { operationState: succeeded, sync: unknown }), { isSameState })).toMatchObject({ kind: 'sync', isNew: true });
      }
      expect(of(application(auto, { operationState: succeeded, sync }), { isSameState, requested: true })).toMatchObject({ kind: 'sync', isNew: true });
    });
  });

  it('waits for the time of the next attempt', () => {
    expect(decide(application(auto, { operationState: failed }), { at: now + 5_000 })).toMatchObject({ kind: 'backoff', after: 10_000 });
    expect(decide(application(auto, { operationState: failed }), { at: now + 15_000 })).toMatchObject({ kind: 'sync', isNew: false, operation: { retryCount: 1 } });
  });

  it('starts anew where something was left over and may be deleted by now', () => {
    const resources = [{ kind: 'ConfigMap', requiresPruning: true }];

    expect(decide(application({ ...auto, allowEmpty: true }, { operationState: succeeded, resources })).kind).toBe('sync');
    expect(decide(application(auto, { operationState: succeeded, resources })).kind).toBe('heal');
    expect(decide(application({ ...auto, allowEmpty: true }, { operationState: succeeded, resources: [] })).kind).toBe('heal');
  });

  it("takes over what Argo CD has synced, by Argo CD's own record", () => {
    const theirs: ApplicationStatus = { operationState: { operation: { sync: {} }, phase: 'Succeeded', startedAt: '2026-01-01T00:00:00Z', syncResult: { revision: 'b', source: target.source } }, sync: { status: 'Synced', comparedTo: { destination: target.destination } } };

    expect(decide(application(auto, theirs)).kind).toBe('heal');
    expect(decide(application(auto, { ...theirs, sync: { status: 'Synced', comparedTo: { destination: { namespace: 'other' } } } })).kind).toBe('sync');
  });
});

describe('decideClaim', () => {
  const skip = { 'argocd.argoproj.io/skip-reconcile': 'true' };

  it.each<[string, Readonly<Record<string, string>>, boolean, boolean]>([
    ['takes an Application where no Argo CD runs', {}, false, true],
    ["leaves Argo CD's Applications to it", {}, true, false],
    ['takes one that Argo CD was told to skip', skip, true, true],
    ['skips one where nobody else would take it', skip, false, false],
  ])('%s', (_title, annotations, argoRuns, ours) => {
    expect(decideClaim(annotations, argoRuns).ours).toBe(ours);
  });
});

describe('decideCascade', () => {
  const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'devnet', name: 'a' };
  const live: LiveObject = { uid: 'u', resourceVersion: '1', generation: undefined, deleting: false, finalizers: [], instance: 'devnet', labels: {}, annotations: {}, health: undefined };
  const saying = (option: string): LiveObject => ({ ...live, annotations: { 'argocd.argoproj.io/sync-options': option } });

  it.each<[string, typeof ref, LiveObject | undefined, string, Partial<CascadeRules>?]>([
    ['deletes what is its own', ref, live, 'delete'],
    ["leaves what is another's", ref, { ...live, instance: 'other' }, 'gone'],
    ['is done with what is gone', ref, undefined, 'gone'],
    ['waits for what is going', ref, { ...live, deleting: true }, 'leaving'],
    ['keeps what says so', ref, saying('Delete=false'), 'keep'],
    ['waits for a confirmation', ref, saying('Delete=confirm'), 'leaving'],
    ['deletes what was confirmed', ref, saying('Delete=confirm'), 'delete', { approved: true }],
    ['keeps what its Application says', ref, live, 'keep', { choices: { delete: 'no' } }],
    ['lets an object say otherwise than its Application', ref, saying('Delete=true'), 'delete', { choices: { delete: 'no' } }],
    ['keeps what Helm keeps', ref, { ...live, annotations: { 'helm.sh/resource-policy': 'keep' } }, 'keep'],
    ['keeps namespaces', { ...ref, kind: 'Namespace' }, live, 'keep'],
    ['deletes a namespace that says so and was confirmed', { ...ref, kind: 'Namespace' }, saying('Delete=confirm'), 'delete', { approved: true }],
    ['keeps definitions', { ...ref, group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }, live, 'keep'],
  ])('%s', (_title, candidate, found, kind, rules = {}) => {
    expect(decideCascade(candidate, found, { instance: 'devnet', choices: {}, approved: false, ...rules }).kind).toBe(kind);
  });
});
