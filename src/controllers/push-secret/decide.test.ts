import { describe, expect, test } from 'vitest';
import type { PushSecret } from '../../api/push-secret.ts';
import { formatErrors } from '../../api/schema.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { pushSecretEntry } from './caches.ts';
import { decide, finalizerChange } from './decide.ts';
import type { Observed } from './observe.ts';
import type { LastPush } from './push-memory.ts';
import type { ResolvedStore } from './resolve-stores.ts';

const hour = 3_600_000;
const metadata = { namespace: 'devnet', name: 'push', uid: 'uid', generation: 2 };
const version = resourceVersionOf(metadata);
const ready = { type: 'Ready', status: 'True', reason: 'Synced', message: 'PushSecret synced successfully', lastTransitionTime: '' };
const finalizer = 'pushsecret.externalsecrets.io/finalizer';

interface Situation {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly finalizers?: readonly string[];
  readonly last?: Partial<LastPush> | null;
  /** What was pushed last is known from the status alone. */
  readonly isTakenOver?: true;
  readonly observed?: Partial<Observed>;
}

function situation({ spec = {}, status = {}, finalizers = [], last = {}, isTakenOver, observed = {} }: Situation): { readonly pushSecret: PushSecret; readonly observed: Observed } {
  const entry = pushSecretEntry({
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    metadata: { ...metadata, finalizers },
    spec: { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'source' } }, ...spec },
    status: { syncedResourceVersion: version, conditions: [ready], ...status },
  });
  if (!entry.parsed.ok) throw new Error(formatErrors(entry.parsed.errors));
  return {
    pushSecret: entry.parsed.value,
    observed: {
      entry,
      namespace: namespaceFacts({ name: 'devnet' }),
      stores: { stores: [store('vault')], left: new Set(), problems: [], isForeign: false },
      sources: { versions: 'v1', writtenAt: 0 },
      ...(last === null ? {} : { last: { version, time: 0, at: 0, stores: new Map([['SecretStore/vault', 'state']]), isComplete: true, ...(isTakenOver === true ? {} : { sources: 'v1' }), ...last } }),
      isOut: false,
      now: 1_000,
      ...observed,
    },
  };
}

function store(name: string, state = 'state'): ResolvedStore {
  return { key: `SecretStore/${name}`, store: { kind: 'SecretStore', metadata: { namespace: 'devnet', name }, spec: { controller: '', provider: {}, conditions: [] }, status: { conditions: [] } }, provider: state, state };
}

function told(what: Situation): string {
  const { pushSecret, observed } = situation(what);
  const decision = decide(pushSecret, observed);
  if (decision.kind === 'push') return `push ${decision.why}`;
  if (decision.kind === 'rest' || decision.kind === 'report') return `${decision.kind} ${decision.outcome.kind} ${decision.outcome.message}`;
  return decision.kind;
}

const rest = 'rest synced PushSecret synced successfully';
const late = { observed: { now: hour } };

describe('when it is pushed', () => {
  test.each<[string, Situation, string]>([
    ['all is as it was', {}, rest],
    ['nothing is known of a push', { last: null }, 'push asked'],
    ['the object has changed', { last: { version: '1-x' } }, 'push asked'],
    ['the object has changed and time is no reason', { spec: { refreshInterval: '0' }, last: { version: '1-x' } }, 'push asked'],
    ['time is up', late, 'push interval'],
    ['time is almost up', { observed: { now: hour - 1 } }, rest],
    ['time is no reason', { spec: { refreshInterval: '0' }, ...late }, rest],
    ['not all was done', { last: { isComplete: false } }, 'push retry'],
    ['the status does not say that all was done', { status: { conditions: [{ ...ready, status: 'False' }] } }, 'push retry'],
    ['the status speaks of another version', { status: { syncedResourceVersion: '1-x' } }, 'push retry'],
    ['what it is made of has changed', { observed: { sources: { versions: 'v2', writtenAt: 0 } } }, 'push sources'],
    ['it is not known what it was made of, and that has not been written since', { last: { time: 5_000 }, isTakenOver: true, observed: { sources: { versions: 'v2', writtenAt: 5_000 } } }, rest],
    ['it is not known what it was made of, and that has been written since', { last: { time: 5_000 }, isTakenOver: true, observed: { sources: { versions: 'v2', writtenAt: 6_000 } } }, 'push sources'],
    ['External Secrets pushed it once and for all, whatever was written since', { spec: { refreshInterval: '0' }, last: { time: 5_000 }, isTakenOver: true, observed: { sources: { versions: 'v2', writtenAt: 6_000 } } }, rest],
    ['we pushed it once, and what it is made of has been written since', { spec: { refreshInterval: '0' }, status: { observedGeneration: 2 }, last: { time: 5_000 }, isTakenOver: true, observed: { sources: { versions: 'v2', writtenAt: 6_000 } } }, 'push sources'],
    ['a store points elsewhere', { observed: { stores: { stores: [store('vault', 'elsewhere')], left: new Set(), problems: [], isForeign: false } } }, 'push stores'],
    ['where a store pointed is not known', { last: { stores: new Map([['SecretStore/vault', undefined]]) } }, rest],
    ['there is another store', { observed: { stores: { stores: [store('vault'), store('new')], left: new Set(), problems: [], isForeign: false } } }, 'push stores'],
    ['a store is given up', { last: { stores: new Map([['SecretStore/vault', 'state'], ['SecretStore/old', 'state']]) } }, 'push stores'],
    ['a store is on its way out', { last: { stores: new Map([['SecretStore/vault', 'state'], ['SecretStore/old', 'state']]) }, observed: { stores: { stores: [store('vault')], left: new Set(['SecretStore/old']), problems: [], isForeign: false } } }, rest],
    ['all stores are another controller\'s', { last: null, observed: { stores: { stores: [], left: new Set(['SecretStore/vault']), problems: [], isForeign: true } } }, 'ignore'],
    ['all stores are on their way out', { last: null, observed: { stores: { stores: [], left: new Set(['SecretStore/vault']), problems: [], isForeign: false } } }, 'ignore'],
    ['the namespace goes', { last: null, observed: { namespace: namespaceFacts({ name: 'devnet', deletionTimestamp: '2026-01-01T00:00:00Z' }) } }, 'ignore'],
    ['existing values stay', { spec: { updatePolicy: 'IfNotExists' } }, `${rest}. Existing secrets in providers unchanged.`],
  ])('%s', (_what, what, expected) => {
    expect(told(what)).toBe(expected);
  });
});

describe('when what it pushes is not there', () => {
  const sources = { versions: 'absent', writtenAt: 0, missing: 'Secret "source" does not exist' };

  test.each<[string, Situation, string]>([
    ['it waits', { observed: { sources } }, 'report waiting could not get source secret: Secret "source" does not exist'],
    ['it waits where what is out there is to stay', { observed: { sources, isOut: true } }, 'report waiting could not get source secret: Secret "source" does not exist'],
    ['what is out there goes', { spec: { deletionPolicy: 'Delete' }, observed: { sources, isOut: true } }, 'cleanUp'],
    ['what a generator made stays', { spec: { deletionPolicy: 'Delete', selector: { generatorRef: { kind: 'Password', name: 'seed' } } }, observed: { sources, isOut: true } }, 'report waiting could not get source secret: Secret "source" does not exist'],
    ['that all is gone is still told later', { spec: { deletionPolicy: 'Delete' }, status: { conditions: [{ ...ready, status: 'False', reason: 'SourceDeleted' }] }, observed: { sources } }, 'report waiting source secret deleted; provider secrets cleaned up'],
  ])('%s', (_what, what, expected) => {
    expect(told(what)).toBe(expected);
  });
});

test.each<[string, Situation, string]>([
  ['is put there before the first push that is to be taken back', { spec: { deletionPolicy: 'Delete' }, last: null }, 'add'],
  ['is put there for what is out there', { spec: { deletionPolicy: 'Delete' }, observed: { isOut: true } }, 'add'],
  ['is not needed while nothing is out there', { spec: { deletionPolicy: 'Delete' }, observed: { sources: { versions: '', writtenAt: 0, missing: 'it' } } }, 'none'],
  ['stays', { spec: { deletionPolicy: 'Delete' }, last: null, finalizers: [finalizer] }, 'none'],
  ['is taken off where nothing is to be removed any more', { finalizers: [finalizer], observed: { isOut: true } }, 'remove'],
  ['of others is theirs', { finalizers: ['acme.example/other'] }, 'none'],
  ['is not touched where the object is another controller\'s', { finalizers: [finalizer], observed: { stores: { stores: [], left: new Set(), problems: [], isForeign: true } } }, 'none'],
])('the finalizer %s', (_what, what, change) => {
  const { pushSecret, observed } = situation(what);
  expect(finalizerChange(observed, decide(pushSecret, observed))).toBe(change);
});
