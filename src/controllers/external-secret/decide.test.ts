import { describe, expect, test } from 'vitest';
import { externalSecretObject } from '../../../test/support/external-secret.ts';
import type { ExternalSecret } from '../../api/external-secret.ts';
import { parseExternalSecret } from '../../api/external-secret.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { parseSecretStore } from '../../api/secret-store.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { desiredSecret, plainContent } from '../../secret/desired-secret.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { newSecret } from '../../secret/secret-object.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import type { ExternalSecretEntry, Observed, StoreEntry } from './observe.ts';

const minute = 60_000;
const ready = { type: 'Ready', status: 'True', reason: 'Valid', message: 'store validated', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 };

function entry(more: Parameters<typeof externalSecretObject>[0] = {}): ExternalSecretEntry {
  return parsedObject(externalSecretObject({ ...more, spec: { refreshInterval: '16m', ...more.spec } }), parseExternalSecret);
}

function store(more: { readonly spec?: Readonly<Record<string, unknown>>; readonly conditions?: readonly unknown[]; readonly kind?: string; readonly generation?: number } = {}): StoreEntry {
  const { spec, conditions = [ready], kind = 'SecretStore', generation = 1 } = more;
  const metadata = { name: 'vault', uid: 'uid-vault', generation, ...(kind === 'SecretStore' ? { namespace: 'devnet' } : {}) };
  return parsedObject({ apiVersion: 'external-secrets.io/v1', kind, metadata, spec: { provider: { fake: {} }, ...spec }, status: { conditions } }, parseSecretStore);
}

function declared({ parsed }: ExternalSecretEntry): ExternalSecret {
  if (!parsed.ok) throw new Error('the test object does not parse');
  return parsed.value;
}

function secretOf(from: ExternalSecretEntry, metadata: Readonly<Record<string, unknown>> = {}): ReturnType<typeof liveSecret> {
  const object = newSecret(desiredSecret(declared(from), plainContent(declared(from), new Map([['password', SecretBytes.fromUtf8('p')]]))));
  return liveSecret({ ...object, metadata: { ...object.metadata, resourceVersion: '1', ...metadata } });
}

/** Synced a minute ago, and nothing has changed since. */
function observed(more: Partial<Observed> = {}): Observed {
  const base = more.entry ?? entry();
  const lastSync = { version: resourceVersionOf(base.metadata), at: 0, time: 0 };
  return { entry: base, namespace: namespaceFacts({ name: 'devnet' }), store: store(), live: secretOf(entry()), lastSync, now: minute, ...more };
}

function without(name: 'store' | 'live' | 'lastSync', more: Partial<Observed> = {}): Observed {
  const { [name]: _gone, ...rest } = observed(more);
  return rest;
}

function told(decision: Decision): string {
  return decision.kind === 'report' || decision.kind === 'unjudged' ? `${decision.kind} ${decision.outcome.kind}: ${decision.outcome.message}` : decision.kind;
}

test('where nothing is due, nothing is read, and the next look is at the next refresh', () => {
  const decision = decide(observed(), 'default');

  expect(told(decision)).toBe('report synced: secret synced');
  const { requeueAfter = 0 } = decision.kind === 'report' && decision.outcome.kind === 'synced' ? decision.outcome : {};
  expect(requeueAfter).toBeGreaterThan(13 * minute);
  expect(requeueAfter).toBeLessThanOrEqual(15 * minute);
});

test.each<[string, Observed]>([
  ['it was never synced', without('lastSync')],
  ['the interval has passed', observed({ now: 16 * minute })],
  ['spec or metadata changed since', observed({ entry: entry({ metadata: { annotations: { 'external-secrets.io/force-sync': '1' } } }), lastSync: { version: resourceVersionOf(entry().metadata), at: 0, time: 0 } })],
  ['the Secret is gone', without('live')],
  ['the Secret was edited', observed({ live: { ...secretOf(entry()), dataHash: 'other' } })],
  ['the Secret lost its labels', observed({ live: secretOf(entry(), { labels: {} }) })],
  ['the store points somewhere else now', observed({ lastSync: { version: resourceVersionOf(entry().metadata), provider: 'another', at: 0, time: 0 } })],
])('the provider is read where %s', (_why, facts) => {
  expect(told(decide(facts, 'default'))).toBe('sync');
});

test('an interval of 0 never refreshes by time, but a change of the object does', () => {
  const once = entry({ spec: { refreshInterval: '0' } });
  const live = secretOf(once);

  expect(decide(observed({ entry: once, live, now: 1e12 }), 'default')).toMatchObject({ kind: 'report', outcome: { kind: 'synced' } });
  expect(decide(observed({ entry: once, live, now: 1e12 }), 'default')).not.toHaveProperty('outcome.requeueAfter');
  expect(told(decide(observed({ entry: once, live, lastSync: { version: '0-old', at: 0, time: 0 } }), 'default'))).toBe('sync');
});

const due = { now: 16 * minute };
const clusterRef = { secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' } };

test.each<[string, Observed, string]>([
  ['an unknown store', without('store', due), 'report waiting: SecretStore "vault" does not exist'],
  ['a store that does not parse', observed({ ...due, store: store({ spec: { provider: {} } }) }), 'report waiting: SecretStore "vault" is not valid: spec.provider: must have exactly one key, the name of the provider'],
  ['a store that is not ready', observed({ ...due, store: store({ conditions: [{ ...ready, status: 'False', message: 'unable to validate store (denied): no' }] }) }), 'report waiting: SecretStore "vault" is not ready: unable to validate store (denied): no'],
  ['a store nobody has judged', observed({ ...due, store: store({ conditions: [] }) }), 'unjudged waiting: SecretStore "vault" has not been validated yet'],
  ['a store judged for an older generation', observed({ ...due, store: store({ generation: 2 }) }), 'unjudged waiting: SecretStore "vault" has not been validated yet'],
  [
    'a cluster store that admits other namespaces',
    observed({ ...due, entry: entry({ spec: clusterRef }), store: store({ kind: 'ClusterSecretStore', spec: { conditions: [{ namespaces: ['mainnet'] }] } }) }),
    'report stalled: using ClusterSecretStore "vault" is not allowed from namespace "devnet": denied by its spec.conditions',
  ],
])('%s is said, by name', (_what, facts, expected) => {
  expect(told(decide(facts, 'default'))).toBe(expected);
});

test('a store in trouble does not matter before something is to be read', () => {
  expect(told(decide(observed({ store: store({ conditions: [{ ...ready, status: 'False' }] }) }), 'default'))).toBe('report synced: secret synced');
  expect(told(decide(without('store'), 'default'))).toBe('report synced: secret synced');
});

test('a right to the store that was taken away is told at once, and given back it is as it was', () => {
  const [shared, synced] = [entry({ spec: clusterRef }), { version: resourceVersionOf(entry().metadata), at: 0, time: 0 }];
  const using = (namespaces: readonly string[]): Observed =>
    observed({ entry: shared, live: secretOf(shared), lastSync: synced, store: store({ kind: 'ClusterSecretStore', spec: { conditions: [{ namespaces }] } }) });

  expect(told(decide(using(['mainnet']), 'default'))).toBe('report stalled: using ClusterSecretStore "vault" is not allowed from namespace "devnet": denied by its spec.conditions');
  expect(told(decide(using(['devnet']), 'default'))).toBe('report synced: secret synced');
});

test('an ExternalSecret that does not parse names every path', () => {
  const broken = entry({ spec: { target: { creationPolicy: 'Merge' }, refreshInterval: 'often' } });

  expect(told(decide(observed({ entry: broken, lastSync: { version: '', at: 0, time: 0 } }), 'default'))).toBe(
    'report stalled: invalid ExternalSecret: spec.refreshInterval: must be a duration like 30s, 15m or 1h30m, and not negative; spec.target.creationPolicy: "Merge" is not supported by this version of Prelude; use "Owner"',
  );
});

test.each<[string, Observed]>([
  ['being deleted', observed({ entry: entry({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }) })],
  ['in a namespace being deleted', observed({ ...due, namespace: namespaceFacts({ name: 'devnet', deletionTimestamp: '2026-01-01T00:00:00Z' }) })],
  ['of a store of another class', observed({ ...due, store: store({ spec: { controller: 'blue' } }) })],
])('an ExternalSecret %s is left alone', (_what, facts) => {
  expect(decide(facts, 'default')).toEqual({ kind: 'ignore' });
});

describe('templates that stand elsewhere', () => {
  const template = { templateFrom: [{ configMap: { name: 'source', items: [{ key: 'conf' }] } }] };
  const rendered = entry({ spec: { target: { template } } });
  const facts = (more: Partial<Observed>): Observed => observed({ entry: rendered, live: secretOf(rendered), ...more });
  const reason = (decision: Decision): string => (decision.kind === 'sync' ? decision.why : told(decision));

  test.each<[string, Partial<Observed>, string]>([
    ['the same', { sources: { versions: 'a', writtenAt: 5 }, rendered: { versions: 'a', content: 'x' } }, 'report synced: secret synced'],
    ['others', { sources: { versions: 'b', writtenAt: 0 }, rendered: { versions: 'a', content: 'x' } }, 'sources'],
    ['gone', { sources: { versions: 'a absent', writtenAt: Infinity }, rendered: { versions: 'a', content: 'x' } }, 'sources'],
    ['unknown, and older than the last sync', { sources: { versions: 'a', writtenAt: 0 } }, 'report synced: secret synced'],
    ['unknown, and newer than the last sync', { sources: { versions: 'a', writtenAt: 1_000 } }, 'sources'],
    ['unknown, and gone', { sources: { versions: 'a', writtenAt: Infinity } }, 'sources'],
    ['others, and a refresh is due', { sources: { versions: 'b', writtenAt: 0 }, rendered: { versions: 'a' }, now: 16 * minute }, 'due'],
    ['others, and the Secret was edited', { sources: { versions: 'b', writtenAt: 0 }, rendered: { versions: 'a' }, live: { ...secretOf(rendered), dataHash: 'other' } }, 'heal'],
  ])('are rendered anew where they are not those of the last sync: %s', (_what, more, expected) => {
    expect(reason(decide(facts(more), 'default'))).toBe(expected);
  });
});
