import { describe, expect, test } from 'vitest';
import { externalSecretObject } from '../../../test/support/external-secret.ts';
import type { ExternalSecret } from '../../api/external-secret.ts';
import { parseExternalSecret } from '../../api/external-secret.ts';
import { parseGenerator } from '../../api/generator.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { parseSecretStore } from '../../api/secret-store.ts';
import type { StoreReference } from '../../api/source-reference.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { desiredSecret, plainContent } from '../../secret/desired-secret.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { newSecret } from '../../secret/secret-object.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import { externalSecretEntry } from './observe.ts';
import type { ExternalSecretEntry, GeneratorEntry, Observed, StoreEntry } from './observe.ts';

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

interface Facts extends Partial<Observed> {
  /** The one store. */
  readonly store?: StoreEntry;
}

/** Synced a minute ago, and nothing has changed since. */
function observed({ store: found = store(), ...more }: Facts = {}): Observed {
  const base = more.entry ?? entry();
  const lastSync = { version: resourceVersionOf(base.metadata), at: 0, time: 0 };
  const facts = { entry: base, namespace: namespaceFacts({ name: 'devnet' }), live: secretOf(entry()), lastSync, now: minute, time: minute };
  return { ...facts, stores: [{ reference: referenceTo(found), entry: found, isRead: true }], generators: [], ...more };
}

function referenceTo({ kind, metadata }: StoreEntry): StoreReference {
  return { kind: kind === 'ClusterSecretStore' ? kind : 'SecretStore', name: metadata.name };
}

function without(name: 'store' | 'live' | 'lastSync', more: Facts = {}): Observed {
  if (name === 'store') return observed({ ...more, stores: [{ reference: { kind: 'SecretStore', name: 'vault' }, isRead: true }] });
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

test('what time is the reason for says since when; what is asked for says nothing of the kind', () => {
  const late = decide(observed({ now: 40 * minute }), 'default');
  const asked = decide(observed({ lastSync: { version: 'old', at: 0, time: 0 }, now: 40 * minute }), 'default');

  expect(late.kind === 'sync' && late.due > 14 * minute && late.due <= 16 * minute).toBe(true);
  expect(asked).toMatchObject({ kind: 'sync', due: -Infinity });
});
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

const own = { secretStoreRef: { name: 'vault' } };

test.each<[string, Observed, string]>([
  ['of a store of another class', observed({ store: store({ spec: { controller: 'blue' } }), entry: externalSecretEntry(externalSecretObject({ spec: { ...own, refreshInterval: 'often' } })) }), 'ignore'],
  ['of a store that is not there', without('store', { entry: externalSecretEntry(externalSecretObject({ spec: { ...own, refreshInterval: 'often' } })) }), 'ignore'],
  ['that names nothing', observed({ stores: [], entry: externalSecretEntry(externalSecretObject({ spec: { secretStoreRef: 'x', data: {} } })) }), 'report'],
])('an ExternalSecret that does not parse, %s, is ours to refuse or is left alone', (_what, facts, kind) => {
  expect(decide(facts, 'default').kind).toBe(kind);
});

test('whose the Secret is, is put back without a read, and before the template is rendered anew', () => {
  const plain = secretOf(entry());
  const { 'reconcile.external-secrets.io/created-by': _lost, ...labels } = plain.metadata.labels ?? {};

  expect(decide(observed({ live: { ...plain, metadata: { ...plain.metadata, labels } } }), 'default')).toMatchObject({ kind: 'mark' });
  expect(decide(observed({ live: { ...plain, metadata: { ...plain.metadata, ownerReferences: [] } } }), 'default')).toMatchObject({ kind: 'mark' });
  expect(told(decide(observed({ live: { ...plain, metadata: { ...plain.metadata, labels } }, now: 16 * minute }), 'default'))).toBe('sync');
});

test('a refresh that failed and is held back by a window is not told as a success', () => {
  const gated = entry({ spec: { syncWindows: { kind: 'deny', windows: [{ schedule: '0 0 * * *', duration: '12h' }] } } });
  const facts = { entry: gated, live: secretOf(gated), now: 17 * minute, time: 17 * minute };

  expect(decide(observed({ ...facts, outcome: 'failed' }), 'default')).toMatchObject({ kind: 'held', after: 12 * 60 * minute - 17 * minute + 1 });
  expect(decide(observed({ ...facts, lastSync: { version: resourceVersionOf(gated.metadata), at: 0, time: 0, failing: true } }), 'default')).toMatchObject({ kind: 'held' });
  expect(told(decide(observed({ ...facts, outcome: 'synced' }), 'default'))).toBe('report synced: secret synced');
  expect(told(decide(observed({ ...facts, outcome: 'failed', now: minute, time: minute }), 'default'))).toBe('report synced: secret synced');
});

test('a store whose allowed keys make no sense is not ready, whatever its verdict says', () => {
  const odd = store();
  const misread = { ...odd, metadata: { ...odd.metadata, annotations: { 'prelude.dev/allowed-keys': 'not: a list' } } };

  expect(told(decide(observed({ ...due, store: misread }), 'default'))).toMatch(/^report waiting: SecretStore "vault" is not ready: metadata\.annotations\[prelude\.dev\/allowed-keys\]/);
});

test('a store that is made anew, and says the same, is no reason to read', () => {
  const first = decide(observed(due), 'default');
  const lastSync = { version: resourceVersionOf(entry().metadata), provider: first.kind === 'sync' ? first.provider : '', at: 0, time: 0 };
  const anew = (spec: Readonly<Record<string, unknown>>): StoreEntry => parsedObject({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'vault', namespace: 'devnet', uid: 'another' }, spec, status: { conditions: [ready] } }, parseSecretStore);

  expect(told(decide(observed({ lastSync, store: anew({ provider: { fake: {} } }) }), 'default'))).toBe('report synced: secret synced');
  expect(told(decide(observed({ lastSync, store: anew({ provider: { fake: { data: [] } } }) }), 'default'))).toMatch(/^(sync|unjudged)/);
});

test('an ExternalSecret that does not parse names every path', () => {
  const broken = entry({ spec: { target: { creationPolicy: 'Adopt' }, refreshInterval: 'often' } });

  expect(told(decide(observed({ entry: broken, lastSync: { version: '', at: 0, time: 0 } }), 'default'))).toBe(
    'report stalled: invalid ExternalSecret: spec.refreshInterval: must be a duration like 30s, 15m or 1h30m, and not negative; spec.target.creationPolicy: must be "Owner" or "Orphan" or "Merge" or "None" or "CreateOrMerge"',
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

describe('several stores and generators', () => {
  const shared = { storeRef: { kind: 'ClusterSecretStore', name: 'shared' } };
  const password = { generatorRef: { kind: 'Password', name: 'db' } };
  const many = entry({ spec: { data: [{ secretKey: 'a', remoteRef: { key: 'a' } }, { secretKey: 'b', remoteRef: { key: 'b' }, sourceRef: shared }], dataFrom: [{ sourceRef: password }] } });
  const [own, cluster] = [{ kind: 'SecretStore', name: 'vault' }, { kind: 'ClusterSecretStore', name: 'shared' }] as const;
  const generator = (spec: Readonly<Record<string, unknown>> = {}, uid = 'one'): GeneratorEntry =>
    parsedObject({ apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', metadata: { name: 'db', namespace: 'devnet', uid, generation: 1 }, spec }, parseGenerator);
  const clusterStore = (more: Parameters<typeof store>[0] = {}): StoreEntry => store({ kind: 'ClusterSecretStore', ...more });

  function using(parts: { readonly own?: StoreEntry | 'absent'; readonly cluster?: StoreEntry | 'absent'; readonly generator?: GeneratorEntry | 'absent' } = {}, more: Facts = {}): Observed {
    const { own: ours = store(), cluster: theirs = clusterStore(), generator: made = generator() } = parts;
    const stores = [{ reference: own, isRead: true, ...(ours === 'absent' ? {} : { entry: ours }) }, { reference: cluster, isRead: true, ...(theirs === 'absent' ? {} : { entry: theirs }) }];
    const generators = [{ reference: { kind: 'Password', name: 'db' }, ...(made === 'absent' ? {} : { entry: made }) }];
    return observed({ entry: many, live: secretOf(many), now: 16 * minute, stores, generators, ...more });
  }

  test('all of them are handed over, each for the namespace of the ExternalSecret', () => {
    const decision = decide(using(), 'default');

    expect(decision).toMatchObject({ kind: 'sync' });
    if (decision.kind !== 'sync') return;
    expect([...decision.stores]).toEqual([
      ['SecretStore vault', { label: 'SecretStore devnet/vault', provider: { fake: {} }, scope: 'namespaced', namespace: 'devnet' }],
      ['ClusterSecretStore shared', { label: 'ClusterSecretStore vault', provider: { fake: {} }, scope: 'cluster', namespace: 'devnet' }],
    ]);
    expect([...decision.generators]).toEqual([['Password db', { label: 'Password devnet/db', kind: 'Password', spec: {}, namespace: 'devnet' }]]);
  });

  test.each<[string, Observed, string]>([
    ['all that are missing', using({ own: 'absent', generator: 'absent' }), 'report waiting: SecretStore "vault" does not exist; Password "db" does not exist'],
    ['a generator that does not parse', using({ generator: { ...generator(), parsed: { ok: false, errors: [{ path: 'spec', message: 'must be an object' }] } } }), 'report waiting: Password "db" is not valid: spec: must be an object'],
    ['what is not allowed before what is missing', using({ own: 'absent', cluster: clusterStore({ spec: { conditions: [{ namespaces: ['x'] }] } }) }), 'report stalled: using ClusterSecretStore "shared" is not allowed from namespace "devnet": denied by its spec.conditions'],
    ['what is missing before what nobody has judged', using({ cluster: clusterStore({ conditions: [] }), generator: 'absent' }), 'report waiting: Password "db" does not exist'],
    ['what nobody has judged', using({ cluster: clusterStore({ conditions: [] }) }), 'unjudged waiting: ClusterSecretStore "shared" has not been validated yet'],
  ])('%s is said', (_what, facts, expected) => {
    expect(told(decide(facts, 'default'))).toBe(expected);
  });

  test('a key that a cluster store keeps from the namespace is told at once, by name, and nothing is read', () => {
    const restricted = clusterStore();
    const allowing = (list: string): StoreEntry => {
      if (!restricted.parsed.ok) throw new Error('the test store does not parse');
      return { ...restricted, parsed: { ok: true, value: { ...restricted.parsed.value, metadata: { ...restricted.metadata, annotations: { 'prelude.dev/allowed-keys': list } } } } };
    };

    expect(told(decide(using({ cluster: allowing('["c"]') }, { now: minute }), 'default'))).toBe('report stalled: ClusterSecretStore "shared" does not let namespace "devnet" read "b": denied by its allowed keys');
    expect(told(decide(using({ cluster: allowing('["b"]') }, { now: minute }), 'default'))).toBe('report synced: secret synced');
  });

  test.each<[string, Observed]>([
    ['a store', using({ cluster: clusterStore({ spec: { controller: 'blue' } }) })],
    ['a generator', using({ generator: generator({ controller: 'blue' }) })],
    ['the store for all entries, which none reads', using({}, { stores: [{ reference: own, entry: store({ spec: { controller: 'blue' } }), isRead: false }] })],
  ])('where %s is of another class, all is left to its controller', (_what, facts) => {
    expect(decide(facts, 'default')).toEqual({ kind: 'ignore' });
  });

  test('a store that is named and not read stands in nobody\'s way', () => {
    const facts = using({}, { stores: [{ reference: own, isRead: false }, { reference: cluster, entry: clusterStore(), isRead: true }] });

    expect(told(decide(facts, 'default'))).toBe('sync');
  });

  test('a generator that says something else is a reason to run it, one that was only made anew is none', () => {
    const first = decide(using(), 'default');
    const provider = first.kind === 'sync' ? first.provider : '';
    const lastSync = { version: resourceVersionOf(many.metadata), provider, at: 0, time: 0 };
    const later = (made: GeneratorEntry): Observed => using({ generator: made }, { lastSync, now: minute });

    expect(told(decide(later(generator()), 'default'))).toBe('report synced: secret synced');
    expect(told(decide(later(generator({}, 'two')), 'default'))).toBe('report synced: secret synced');
    expect(told(decide(later(generator({ length: 12 })), 'default'))).toBe('sync');
  });

  test('templates that have changed wait for the next refresh where a generator takes part', () => {
    const changed = { sources: { versions: 'b', writtenAt: 0 }, rendered: { versions: 'a' } };

    expect(told(decide(using({}, { ...changed, now: minute }), 'default'))).toBe('report synced: secret synced');
    expect(told(decide(using({}, changed), 'default'))).toBe('sync');
  });

  test('what is new or was edited goes before what is merely due', () => {
    expect(decide(using(), 'default')).toMatchObject({ kind: 'sync', urgent: false });
    expect(decide(using({}, { lastSync: { version: 'old', at: 0, time: 0 } }), 'default')).toMatchObject({ kind: 'sync', urgent: true });
    expect(decide(using({}, { live: { ...secretOf(many), dataHash: 'other' } }), 'default')).toMatchObject({ kind: 'sync', why: 'heal', urgent: true });
  });
});
