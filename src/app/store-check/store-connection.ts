import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import { createHttpClient } from '../../lib/http-client.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { createStoreReader } from '../../provider/read-planner.ts';
import type { ProviderRegistry } from '../../provider/registry.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import { renderForProvider } from '../../secret/template/render-for-provider.ts';
import { createRendererPool } from '../../template/worker/pool.ts';
import { createCredentialSource } from '../credential-source.ts';
import { createOwnMeans } from '../own-means.ts';

export interface StoreConnectionDeps {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly registry: ProviderRegistry;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether namespaced stores may ask as who runs this. */
  readonly allowOwnIdentity: boolean;
}

/** A reader for one look at stores, and its end. */
export interface StoreConnection {
  readonly reader: StoreReader;
  readonly close: () => Promise<void>;
}

/** Puts together what reads through stores, as the controller has it and without its caches: credentials are read each time. */
export function connectStores({ cluster, clock, random, metrics, environment, allowOwnIdentity, registry }: StoreConnectionDeps): StoreConnection {
  const unwatched = { get: () => undefined, healthy: () => false };
  const credentials = createCredentialSource(cluster, { secretVersions: unwatched, configMapVersions: unwatched });
  const http = createHttpClient({ clock });
  const ownMeans = createOwnMeans(clock);
  const renderer = createRendererPool({ clock });
  const reader = createStoreReader({ registry, allowOwnIdentity, own: ownMeans.own, credentials, clock, random, metrics, environment, http: http.request, renderTemplate: (request, signal) => renderForProvider(renderer, request, signal) });
  return {
    reader,
    close: async () => {
      await reader.close();
      await http.close();
      await ownMeans.close();
      await renderer.close();
    },
  };
}
