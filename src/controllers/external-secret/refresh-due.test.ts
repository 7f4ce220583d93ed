import { describe, expect, test } from 'vitest';
import { externalSecret } from '../../../test/support/external-secret.ts';
import type { ExternalSecret } from '../../api/external-secret.ts';
import type { ObjectMeta } from '../../api/object.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { desiredSecret, plainContent } from '../../secret/desired-secret.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { dataHash } from '../../secret/object-hash.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { newSecret } from '../../secret/secret-object.ts';
import { followsSources, isSameRequest, isSecretIntact, refreshDue } from './refresh-due.ts';
import type { LastSync } from './sync-memory.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Noon, on a Thursday. */
const noon = Date.UTC(2026, 10, 26, 12);

interface Facts {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly metadata?: Partial<ObjectMeta>;
  /** Milliseconds since the last sync, which was at 0 on the monotonic scale and at noon. */
  readonly now?: number;
  readonly last?: Partial<LastSync> | 'none';
  /** What was synced is another version of the object. */
  readonly edited?: boolean;
  /** What was synced had other labels. */
  readonly relabelled?: boolean;
  readonly live?: Partial<LiveSecret> | 'absent' | 'foreign';
  readonly provider?: string;
  readonly startedAt?: number;
}

function facts({ spec = {}, metadata = {}, now = 0, last = {}, edited = false, relabelled = false, live = {}, startedAt }: Facts): { readonly declared: ExternalSecret; readonly observed: Parameters<typeof refreshDue>[1] } {
  const declared = externalSecret({ spec: { refreshInterval: '1h', ...spec }, metadata });
  const { metadata: head, ...object } = newSecret(desiredSecret(declared, plainContent(declared, new Map([['password', SecretBytes.fromUtf8('p')]]))));
  const secret = liveSecret({ ...object, apiVersion: 'v1', kind: 'Secret', metadata: { ...head, uid: 'u', resourceVersion: '1' } });
  const target = { version: '1', writtenAt: 0 };
  return {
    declared,
    observed: {
      entry: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: declared.metadata, parsed: { ok: true, value: declared } },
      namespace: { name: 'devnet', labels: {}, known: true, terminating: false },
      stores: [],
      generators: [],
      now,
      time: noon + now,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(last === 'none' ? {} : { lastSync: { version: edited ? '0-older' : relabelled ? '1-older' : resourceVersionOf(declared.metadata), at: 0, time: noon, ...last } }),
      ...(live === 'absent' ? {} : live === 'foreign' ? { target } : { target, live: { ...secret, ...live } }),
    },
  };
}

function due(given: Facts): number {
  const { declared, observed } = facts(given);
  return refreshDue(declared, observed, given.provider);
}

const edited = { dataHash: 'edited' };
const created = { refreshPolicy: 'CreatedOnce' };
const onChange = { refreshPolicy: 'OnChange' };
const zero = { refreshInterval: '0' };
const generated = { dataFrom: [{ sourceRef: { generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name: 'p' } } }] };
const merge = { target: { creationPolicy: 'Merge' } };

describe('the provider is read at once', () => {
  test.each<[string, Facts]>([
    ['it was never synced', { last: 'none' }],
    ['it was never synced, and is made once', { spec: created, last: 'none' }],
    ['the object was edited', { edited: true }],
    ['the object was edited, and the interval is 0', { spec: { refreshInterval: '0' }, edited: true }],
    ['the object was edited, and is followed on change', { spec: onChange, edited: true }],
    ['the Secret is gone', { live: 'absent' }],
    ['the Secret is gone, and is made once', { spec: created, live: 'absent' }],
    ['the Secret was edited', { live: edited }],
    ['the Secret was edited, and is made once', { spec: created, live: edited }],
    ['the Secret was edited, and the interval is 0', { spec: { refreshInterval: '0' }, live: edited }],
    ['the stores say something else', { last: { provider: 'a' }, provider: 'b' }],
    ['there is something to merge into again', { spec: merge, last: { result: 'missing' }, live: 'foreign' }],
    ['there is nothing to merge into any more', { spec: merge, live: 'absent' }],
    ['a sync is forced, and the interval is 0', { spec: zero, metadata: { annotations: { 'external-secrets.io/force-sync': '2' } }, relabelled: true, last: { asked: '1 1' } }],
    ['an edit is seen after a takeover, and the interval is 0', { spec: zero, relabelled: true, last: { isOthers: true, asked: '0 ' } }],
    ['labels have changed', { relabelled: true }],
    ['a generator says something else', { spec: generated, last: { provider: 'a b' }, provider: 'c b' }],
    ['an immutable Secret is gone', { spec: { target: { immutable: true } }, live: 'absent' }],
  ])('where %s', (_why, given) => {
    expect(due(given)).toBe(-Infinity);
  });

  test.each<[string, Facts]>([
    ['a sync has failed since, by its status', { now: minute, last: { failing: true } }],
    ['the last sync lies in the future', { now: minute, last: { at: 2 * minute } }],
  ])('where %s, unless a window forbids it', (_why, given) => {
    expect(due(given)).toBe(minute);
    expect(due({ ...given, spec: { syncWindows: { kind: 'deny', windows: [{ schedule: '0 12 * * *', duration: '2h' }] } } })).toBe(2 * hour + 1);
  });
});

describe('the provider is never read for time', () => {
  test.each<[string, Facts]>([
    ['with an interval of 0', { spec: { refreshInterval: '0' } }],
    ['where it is followed on change', { spec: onChange }],
    ['with an interval of 0, whatever becomes of the labels', { spec: zero, relabelled: true, last: { asked: '1 ' } }],
    ['with an interval of 0, whatever becomes of the labels over a restart', { spec: zero, relabelled: true }],
    ['with an interval of 0, whatever happened under another controller', { spec: zero, edited: true, last: { isOthers: true } }],
    ['with an interval of 0 and a generator, whatever becomes of the store', { spec: { ...zero, ...generated }, last: { provider: 'a b' }, provider: 'a c' }],
    ['where a generator is followed on change, whatever becomes of the labels', { spec: { ...onChange, ...generated }, relabelled: true }],
    ['where the Secret has only lost its owner', { spec: zero, live: { metadata: { name: 'database', labels: { 'reconcile.external-secrets.io/managed': 'true' }, annotations: { 'reconcile.external-secrets.io/data-hash': dataHash(new Map([['password', Buffer.from('p')]])) } } } }],
    ['where it is made once', { spec: created }],
    ['where it is made once, whatever becomes of the object', { spec: created, edited: true }],
    ['where it is made once, whatever a status says of later attempts', { spec: created, last: { failing: true, at: 9 * hour } }],
    ['where nothing is written', { spec: { target: { creationPolicy: 'None' } }, last: 'none', live: 'absent' }],
    ['where the Secret is immutable', { spec: { target: { immutable: true } }, live: { immutable: true } }],
    ['where an orphan that is made once was deleted', { spec: { ...created, target: { creationPolicy: 'Orphan' } }, live: 'absent' }],
    ['where an orphan was deleted, and is followed on change', { spec: { ...onChange, target: { creationPolicy: 'Orphan' } }, live: 'absent' }],
    ['where the stores say something else, and it is made once', { spec: created, last: { provider: 'a' }, provider: 'b' }],
  ])('%s', (_why, given) => {
    expect(due({ now: 100 * hour, ...given })).toBe(Infinity);
  });
});

describe('the provider is read when the interval has passed', () => {
  test.each<[string, Facts]>([
    ['and not before', {}],
    ['where a generator takes part, whatever becomes of labels', { spec: generated, relabelled: true }],
    ['where a generator takes part, whatever happened under another controller', { spec: generated, edited: true, last: { isOthers: true } }],
    ['where a generator takes part, and a store says something else', { spec: generated, last: { provider: 'a b' }, provider: 'a c' }],
    ['where an orphan was deleted', { spec: { target: { creationPolicy: 'Orphan' } }, live: 'absent' }],
    ['where an orphan was edited', { spec: { target: { creationPolicy: 'Orphan' } }, live: edited }],
    ['where the provider held nothing, and the Secret was deleted', { last: { result: 'deleted' }, live: 'absent' }],
    ['where the provider held nothing, and the Secret was retained', { last: { result: 'retained' }, live: edited }],
  ])('%s', (_why, given) => {
    expect(due(given)).toBeGreaterThan(hour - 2 * minute);
    expect(due(given)).toBeLessThanOrEqual(hour);
  });

  test('and a window is open: just as it opens, if it is closed then', () => {
    const windows = (kind: string, schedule: string): NonNullable<Facts['spec']> => ({ syncWindows: { kind, windows: [{ schedule, duration: '30m' }] } });

    expect(due({ spec: windows('allow', '0 15 * * *') })).toBe(3 * hour);
    expect(due({ spec: windows('allow', '0 15 * * *'), now: 3 * hour - 1 })).toBe(3 * hour);
    expect(due({ spec: windows('allow', '0 15 * * *'), now: 3 * hour })).toBe(3 * hour);
    expect(due({ spec: windows('allow', '50 12 * * *') })).toBeLessThanOrEqual(hour);
    expect(due({ spec: windows('deny', '50 12 * * *') })).toBe(80 * minute + 1);
    expect(due({ spec: windows('allow', '0 0 30 2 *') })).toBe(Infinity);
  });

  test('windows gate nothing but time', () => {
    const spec = { syncWindows: { kind: 'allow', windows: [{ schedule: '0 0 30 2 *', duration: '1h' }] } };

    expect(due({ spec, edited: true })).toBe(-Infinity);
    expect(due({ spec, live: edited })).toBe(-Infinity);
    expect(due({ spec, last: { provider: 'a' }, provider: 'b' })).toBe(-Infinity);
  });

  test('and what passed while no controller ran is spread after the start', () => {
    const start = 10 * hour;

    expect(due({ now: start, startedAt: start })).toBeGreaterThanOrEqual(start);
    expect(due({ now: start, startedAt: start })).toBeLessThan(start + 10 * minute);
    expect(due({ now: start, startedAt: start, edited: true })).toBe(-Infinity);
  });
});

test('what is healed is told from what is asked for anew', () => {
  const { declared, observed } = facts({ live: edited });

  expect(isSameRequest(declared, observed)).toBe(true);
  expect(isSecretIntact(declared, observed)).toBe(false);
  expect(isSameRequest(declared, {})).toBe(false);
});

test.each<[string, Facts, boolean]>([
  ['by default', {}, true],
  ['with an interval of 0', { spec: { refreshInterval: '0' } }, true],
  ['where it is made once', { spec: created }, false],
  ['where the Secret is immutable', { spec: { target: { immutable: true } }, live: { immutable: true } }, false],
  ['where a generator runs once', { spec: { refreshInterval: '0', dataFrom: [{ sourceRef: { generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name: 'p' } } }] } }, false],
])('templates that stand elsewhere are followed %s: %s', (_when, given, expected) => {
  const { declared, observed } = facts(given);

  expect(followsSources(declared, observed.live)).toBe(expected);
});

describe('a change that the provider tells of', () => {
  const noticed = (given: Facts, noticedAt: number): number => {
    const { declared, observed } = facts(given);
    return refreshDue(declared, { ...observed, noticedAt }, given.provider);
  };

  test('is read at once, unless it was told before the last read began', () => {
    expect(noticed({ now: minute, last: { at: 1_000 } }, 1_000)).toBeLessThanOrEqual(minute);
    expect(noticed({ now: minute, last: { at: 1_000 } }, 999)).toBeGreaterThan(minute);
  });

  test('waits for the next window', () => {
    const syncWindows = { kind: 'allow', windows: [{ schedule: '0 13 * * *', duration: '1h' }] };
    const spec = { syncWindows };
    expect(noticed({ spec, now: minute }, minute)).toBe(hour);
  });

  test('is no reason to read what is read once, for its declaration alone, or never', () => {
    for (const spec of [{ refreshPolicy: 'CreatedOnce' }, { refreshPolicy: 'OnChange' }, { refreshInterval: '0' }]) expect(noticed({ spec, now: minute }, minute)).toBe(Infinity);
  });
});
