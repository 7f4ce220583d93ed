import type { PushSecret } from '../../api/push-secret.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { GeneratorCache } from '../../secret/generator-cache.ts';
import { countEntries } from '../../secret/push/synced-entries.ts';
import type { NamespaceFacts } from '../../secret/store-access.ts';
import type { PushSecretCaches, PushSecretEntry } from './caches.ts';
import { namespaceOf } from './caches.ts';
import type { LastPush, PushMemory } from './push-memory.ts';
import type { ResolvedStores } from './resolve-stores.ts';
import { resolveStores } from './resolve-stores.ts';
import type { SourcesView } from './view-sources.ts';
import { viewSources } from './view-sources.ts';

/** All that is known about one PushSecret at one moment. */
export interface Observed {
  readonly entry: PushSecretEntry;
  readonly namespace: NamespaceFacts;
  readonly stores: ResolvedStores;
  readonly sources: SourcesView;
  readonly last?: LastPush;
  /** Whether anything is out there. */
  readonly isOut: boolean;
  /** On the clock's monotonic scale. */
  readonly now: number;
}

export interface ObserveOptions {
  readonly caches: PushSecretCaches;
  readonly generators: GeneratorCache;
  readonly memory: PushMemory;
  readonly cluster: Pick<Cluster, 'pages'>;
  readonly controllerClass: string;
  readonly clock: Clock;
}

/** Gathers what is known of a PushSecret that parses. Only where Secrets are selected by their labels is the API server asked, for metadata. */
export async function observe(entry: PushSecretEntry, pushSecret: PushSecret, options: ObserveOptions, signal: AbortSignal): Promise<Observed> {
  const { caches, memory, clock } = options;
  const sources = await viewSources(pushSecret, options, signal);
  const last = memory.lastPush(entry.metadata.uid ?? '') ?? lastPushOf(pushSecret, clock);
  return {
    entry,
    namespace: namespaceOf(entry, caches),
    stores: resolveStores(pushSecret, namespaceOf(entry, caches), options),
    sources,
    ...(last === undefined ? {} : { last }),
    isOut: countEntries(memory.outThere(entry.metadata.uid ?? '', entry.synced)) > 0,
    now: clock.monotonic(),
  };
}

/** What the status remembers of the last push, be it ours before a restart or External Secrets' before a takeover. */
function lastPushOf({ status }: PushSecret, clock: Clock): LastPush | undefined {
  const { syncedResourceVersion: version, refreshTime, syncedPushSecrets, conditions } = status;
  const isReady = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  if (version === undefined || !isReady) return undefined;
  const parsed = Date.parse(refreshTime ?? '');
  // without a time, it was long ago
  const time = Number.isNaN(parsed) ? 0 : parsed;
  return { version, time, at: clock.monotonic() - Math.max(0, clock.now() - time), stores: new Map(Object.keys(syncedPushSecrets).map((key) => [key, undefined])), isComplete: true };
}
