import type { PushSecret } from '../../api/push-secret.ts';
import type { PushedEntry } from '../../api/pushed-entry.ts';
import type { RemoteWrite } from '../../provider/contract.ts';
import type { StoreReader, StoreWriter } from '../../provider/store-reader.ts';
import { mayReadKey } from '../../secret/allowed-keys.ts';
import { admittedNamespace } from '../../secret/push/admitted-namespace.ts';
import type { PlannedPush } from '../../secret/push/plan-pushes.ts';
import { planPushes } from '../../secret/push/plan-pushes.ts';
import { unpushable } from '../../secret/push/pushed-secret.ts';
import { syncedEntryKey } from '../../secret/push/synced-key.ts';
import { storeHandle, storeName } from '../../secret/store-handle.ts';
import { quoteKey } from '../../secret/quote-key.ts';
import type { RenderTexts } from '../../secret/template/render-texts.ts';
import type { PushReason } from './decide.ts';
import type { PushProblem } from './outcomes.ts';
import { providerProblem } from './outcomes.ts';
import type { PushDigest } from './push-digest.ts';
import type { NamedSource } from './read-sources.ts';
import type { ResolvedStore } from './resolve-stores.ts';
import { isTarget } from './resolve-stores.ts';
import { findDrifted } from './find-drifted.ts';

/** What is pushed to each of the stores. */
export interface StorePush {
  readonly pushSecret: PushSecret;
  readonly sources: readonly NamedSource[];
  readonly why: PushReason;
  /** Hashes of what is known to be at the providers. */
  readonly digests: ReadonlyMap<string, string>;
}

/** What came of pushing to one store. */
export interface StorePushed {
  readonly target: ResolvedStore;
  /** All that the store is to hold; undefined where that could not be made out. */
  readonly wanted?: readonly PushedEntry[];
  /** Those of them that it holds now. */
  readonly held: readonly PushedEntry[];
  readonly problems: readonly PushProblem[];
  /** Whether anything was written. */
  readonly wrote: boolean;
  /** Hashes of what the store holds now. */
  readonly digests: ReadonlyMap<string, string>;
}

export interface PushOptions {
  readonly reader: Pick<StoreReader, 'read'>;
  readonly writer: Pick<StoreWriter, 'write'>;
  readonly render: RenderTexts;
  readonly digest: PushDigest;
  /** Whether a store is still to be pushed to, and as it was: rights that were taken away meanwhile are no rights any more. */
  readonly isCurrent: (target: ResolvedStore) => boolean;
}

/** One value of one Secret, on its way to one place. */
export interface Outgoing {
  readonly entry: PushedEntry;
  readonly write: RemoteWrite;
  /** Where it is remembered, and as what. */
  readonly place: string;
  readonly digest: string;
}

/** Pushes to one store what it does not hold yet. What fails for one value is its own problem. @throws the signal's reason */
export async function pushToStore(target: ResolvedStore, push: StorePush, options: PushOptions, signal: AbortSignal): Promise<StorePushed> {
  const planned = await planAll(target, push, options);
  if (!planned.ok) return notPushed(target, { kind: 'fix', message: `set secret failed: ${planned.message}` });
  const namespace = push.pushSecret.metadata.namespace ?? '';
  const isAllowed = ({ write }: Outgoing): boolean => mayReadKey(target.store, namespace, write.remoteKey);
  const outgoing = planned.outgoing.filter(isAllowed);
  const denied = planned.outgoing.filter((one) => !isAllowed(one)).map(({ write }) => deniedProblem(target, namespace, write.remoteKey));
  const store = storeHandle(target.store, namespace);
  const isKnown = ({ place, digest }: Outgoing): boolean => push.why !== 'asked' && push.digests.get(place) === digest;
  const known = outgoing.filter(isKnown);
  // somebody may have changed it over there meanwhile
  const drifted = push.why === 'interval' ? await findDrifted(store, known, options.reader, signal) : [];
  const due = outgoing.filter((one) => !isKnown(one) || drifted.includes(one));
  if (!options.isCurrent(target)) return notPushed(target, { kind: 'retry', message: `set secret failed: the PushSecret or ${storeName({ kind: target.store.kind, name: target.store.metadata.name })} has changed meanwhile` });
  const results = await options.writer.write(store, due.map(({ write }) => write), signal);

  const failures = new Map(due.flatMap((one, index) => {
    const result = results[index];
    if (result === undefined) throw new Error('the writer answered fewer writes than it was asked for');
    return result.kind === 'error' ? [[one, providerProblem(`set secret failed: could not write remote ref ${syncedEntryKey(one.entry)} to target secretstore ${target.store.metadata.name}`, result.error)] as const] : [];
  }));
  const done = outgoing.filter((one) => !failures.has(one));
  return {
    target,
    wanted: planned.outgoing.map(({ entry }) => entry),
    held: done.map(({ entry }) => entry),
    problems: [...denied, ...failures.values()],
    wrote: results.some(({ kind }) => kind === 'written'),
    digests: new Map(done.map(({ place, digest }) => [place, digest])),
  };
}

function notPushed(target: ResolvedStore, problem: PushProblem): StorePushed {
  return { target, held: [], problems: [problem], wrote: false, digests: new Map() };
}

function deniedProblem({ store: { kind, metadata } }: ResolvedStore, namespace: string, remoteKey: string): PushProblem {
  return { kind: 'fix', message: `set secret failed: ${storeName({ kind, name: metadata.name })} does not let namespace "${namespace}" write ${quoteKey(remoteKey)}: denied by its allowed keys` };
}

type AllPlanned = { readonly ok: true; readonly outgoing: readonly Outgoing[] } | { readonly ok: false; readonly message: string };

/** Of several Secrets that go to the same place the last by name counts, as it does where one overwrites the other. */
async function planAll(target: ResolvedStore, { pushSecret, sources }: StorePush, { render, digest }: PushOptions): Promise<AllPlanned> {
  const { spec } = pushSecret;
  const rules = spec.dataTo.flatMap((rule, index) => (isTarget(rule.store, target.store) ? [{ index, rule }] : []));
  const outgoing = new Map<string, Outgoing>();
  for (const source of sources) {
    const refused = unpushable(source.secret);
    const planned = refused === undefined ? await planPushes({ data: spec.data, rules, source: source.secret.data }, render) : ({ ok: false, message: refused } as const);
    if (!planned.ok) return sources.length === 1 ? planned : { ok: false, message: `Secret "${source.name}": ${planned.message}` };
    for (const push of planned.pushes) {
      const write = { ...remoteWrite(push, source, spec.updatePolicy), ...admittedNamespace(target.store, pushSecret.metadata.namespace ?? '', push.entry.metadata) };
      const place = JSON.stringify([target.key, write.remoteKey, write.property]);
      outgoing.delete(place);
      outgoing.set(place, { entry: push.entry, write, place, digest: digest(target.provider, write) });
    }
  }
  return { ok: true, outgoing: [...outgoing.values()] };
}

function remoteWrite({ entry, value, data }: PlannedPush, { secret }: NamedSource, updatePolicy: RemoteWrite['updatePolicy']): RemoteWrite {
  const { secretKey, remoteRef } = entry.match;
  return {
    ...remoteRef,
    ...(secretKey === undefined ? {} : { secretKey }),
    value,
    source: { ...secret, data },
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
    updatePolicy,
  };
}
