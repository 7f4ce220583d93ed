import type { ExternalSecret } from '../api/external-secret.ts';
import type { KubeObject } from '../api/object.ts';
import type { ParsedObject } from '../api/parsed-object.ts';
import { createExternalSecretController } from '../controllers/external-secret/controller.ts';
import type { PlaceOfConfig } from '../controllers/external-secret/watch-remote-keys.ts';
import type { GeneratorLedger } from '../controllers/external-secret/settle.ts';
import { createClusterExternalSecretController } from '../controllers/fan-out/cluster-external-secret.ts';
import { createClusterPushSecretController } from '../controllers/fan-out/cluster-push-secret.ts';
import { createGeneratorStateController } from '../controllers/generator-state/controller.ts';
import { createGeneratorStates } from '../controllers/generator-state/record-states.ts';
import { createPushSecretController } from '../controllers/push-secret/controller.ts';
import { createSecretStoreController } from '../controllers/secret-store/controller.ts';
import type { Informer } from '../kube/informer.ts';
import type { HttpClient } from '../lib/http.ts';
import { createHttpClient } from '../lib/http-client.ts';
import type { ChangeNotice } from '../provider/change-notice.ts';
import { createGeneratorRegistry, type ErasedGenerator } from '../provider/generator-registry.ts';
import type { ProviderServices } from '../provider/provider-context.ts';
import { fenceWriter } from '../provider/fence-writer.ts';
import { createStoreReader } from '../provider/read-planner.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import { createGeneratorRunner } from '../provider/run-generators.ts';
import type { GeneratorStates } from '../secret/generator-states.ts';
import { type AllowedTargets, noTargets } from '../secret/manifest/allowed-targets.ts';
import { renderForProvider } from '../secret/template/render-for-provider.ts';
import { createRendererPool, type RendererPool } from '../template/worker/pool.ts';
import { createCredentialSource } from './credential-source.ts';
import { createGeneratorCache } from './generator-cache.ts';
import type { Foundation, Half, NamedCache } from './half.ts';
import { ownAddresses } from './own-addresses.ts';
import { createOwnMeans } from './own-means.ts';
import { startNamed, startSecretViews } from './secret-views.ts';

export interface SecretsHalfOptions {
  readonly registry: ProviderRegistry;
  readonly generators: readonly ErasedGenerator[];
  /** Stores of another class are left to others; empty is the class of stores that name none. */
  readonly controllerClass: string;
  /** Kinds beside Secrets that ExternalSecrets may make; none where absent. */
  readonly genericTargets?: AllowedTargets;
  /** Milliseconds between validations of a store that does not say; absent: five minutes. */
  readonly storeRequeueInterval?: number;
  /** Which ExternalSecrets and stores are ours; absent: all that can be seen. With it nothing is let go that others may hold: they are not seen. */
  readonly concerns?: (object: KubeObject) => boolean;
  /** The process's environment; each provider sees only what it declares. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether namespaced stores may ask as Prelude itself. */
  readonly allowOwnIdentity?: boolean;
  /** Whether stores and generators may name this very machine: for tests. */
  readonly allowLoopback?: boolean;
  /** Where requests of adapters go that use no SDK; absent: to whom stores name, by the rules for addresses that tenants write. */
  readonly http?: HttpClient;
  /** Where stores' values live; absent: nobody tells of changes there. */
  readonly placeOf?: PlaceOfConfig;
  /** Absent: a pool of threads, which start with the first template and end with this half. */
  readonly renderer?: Pick<RendererPool, 'render' | 'close'>;
}

export interface SecretsHalf extends Half {
  /** As they are watched, for whoever else needs them. */
  readonly externalSecrets: Informer<ParsedObject<ExternalSecret>>;
  /** Reads anew, before others, whom a change at a provider may concern; answers how many those are. */
  readonly wake: (notice: ChangeNotice) => number;
}

/** Puts together what turns ExternalSecrets into Secrets, and pushes Secrets: caches, the one store reader, and the controllers. */
export function composeSecrets(foundation: Foundation, options: SecretsHalfOptions): SecretsHalf {
  const { cluster, clock, random, log, metrics, events } = foundation;
  const { registry, environment, controllerClass, storeRequeueInterval: requeueInterval, genericTargets: allowed = noTargets, concerns = () => true, renderer = createRendererPool({ clock }) } = options;
  const caches: NamedCache[] = [];
  const start = startNamed(foundation, caches);
  const views = startSecretViews(start, concerns);
  const http = createHttpClient({ clock, allowLoopback: options.allowLoopback ?? false, ownAddresses: ownAddresses(environment) });
  const renderTemplate: ProviderServices['renderTemplate'] = (request, signal) => renderForProvider(renderer, request, signal);
  const ownMeans = createOwnMeans(clock);
  const services = { credentials: createCredentialSource(cluster, views), clock, random, metrics, environment, http: options.http ?? http.request, renderTemplate };
  const reader = createStoreReader({ ...services, own: ownMeans.own, registry, allowOwnIdentity: options.allowOwnIdentity ?? false });
  const kinds = createGeneratorRegistry(options.generators);
  const runner = createGeneratorRunner({ ...services, registry: kinds });
  const generators = createGeneratorCache(kinds.kinds, start);
  const states = createGeneratorStates({ cluster, states: views.generatorStates, runner, clock, random });

  const partial = options.concerns !== undefined;
  const surroundings = { cluster, events, clock, random, log, metrics, partial };
  const shared = { ...surroundings, reader, renderer, controllerClass };
  const { namespaces, externalSecrets: declared, pushSecrets: declaredPushes } = views;
  const externalSecrets = createExternalSecretController({ ...shared, generators: runner, states: ledgerOf(states), generic: { allowed, startInformer: foundation.startInformer }, caches: { ...views, generators }, ...(options.placeOf === undefined ? {} : { placeOf: options.placeOf }) });
  const pushSecrets = createPushSecretController({ ...shared, writer: foundation.mayWrite === undefined ? reader : fenceWriter(reader, foundation.mayWrite), runner, states, generators, caches: views });
  const stores = { ...shared, holds: pushSecrets.storesHeld, ...(requeueInterval === undefined ? {} : { requeueInterval }) };
  return {
    externalSecrets: declared,
    wake: externalSecrets.wake,
    caches,
    controllers: [
      createSecretStoreController({ ...stores, kind: 'SecretStore', caches: { ...views, stores: views.secretStores } }),
      createSecretStoreController({ ...stores, kind: 'ClusterSecretStore', caches: { ...views, stores: views.clusterSecretStores } }),
      createClusterExternalSecretController({ ...surroundings, caches: { declarations: views.clusterExternalSecrets, children: declared, namespaces } }),
      createClusterPushSecretController({ ...surroundings, caches: { declarations: views.clusterPushSecrets, children: declaredPushes, namespaces } }),
      externalSecrets,
      pushSecrets,
      // a state whose user is not seen is not one that nobody uses
      ...(partial ? [] : [createGeneratorStateController({ ...surroundings, states: views.generatorStates, runner, kinds: kinds.kinds })]),
    ],
    finish: async (signal) => {
      await externalSecrets.persist(signal);
      await pushSecrets.persist(signal);
      await reader.close();
      await http.close();
      await ownMeans.close();
      await renderer.close();
    },
  };
}

/** The account of what generators have left, as the ExternalSecret controller keeps it: by the place in `dataFrom`. */
function ledgerOf(states: GeneratorStates): GeneratorLedger {
  return {
    commit: ({ metadata }, generated, signal) => states.commit({ ...owner, metadata }, generated.map(({ index, handle, state }) => ({ key: String(index), handle, state })), signal),
  };
}

const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' };
