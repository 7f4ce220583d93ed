import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../api/object.ts';
import type { ParsedObject } from '../api/parsed-object.ts';
import type { SealedSecret } from '../api/sealed-secret.ts';
import { createSealedSecretController } from '../controllers/sealed-secret/controller.ts';
import { sealedSecretInformers } from '../controllers/sealed-secret/watch.ts';
import type { Informer, InformerOptions } from '../kube/informer.ts';
import { startInformer } from '../kube/reflector.ts';
import { createRendererPool, type RendererPool } from '../template/worker/pool.ts';
import type { Foundation, Half, NamedCache } from './half.ts';
import type { SealingOptions } from './options.ts';
import type { KeyShape } from './sealing-keys/create-key.ts';
import type { RenewalPolicy } from './sealing-keys/key-policy.ts';
import { activeKeyInformer, createKeyStore, type KeyStore, legacyKeyInformer } from './sealing-keys/key-store.ts';
import { renewKeys } from './sealing-keys/renew-keys.ts';
import { startNamed } from './secret-views.ts';

export interface SealedHalfOptions {
  /** Where keys' Secrets are, how they are called, and what a new one is like. */
  readonly shape: KeyShape;
  readonly policy: RenewalPolicy;
  /** Whether keys are made where one is due; otherwise those that are there are used. */
  readonly makesKeys: boolean;
  /** Whether the form of the first versions is read. */
  readonly acceptDeprecated: boolean;
  /** Whether names of SealedSecrets stay out of the metrics. */
  readonly omitsNames?: boolean;
  /** Which SealedSecrets are ours; absent: all that can be seen. */
  readonly concerns?: (object: KubeObject) => boolean;
  /** Absent: a pool of threads, which start with the first template and end with this half. */
  readonly renderer?: Pick<RendererPool, 'render' | 'close'>;
}

/** What the command line says, for this half. */
export function sealedHalfOptions(sealing: SealingOptions): SealedHalfOptions {
  const { keyNamespace: namespace, keyPrefix: prefix, keySize: bits, keyTtl: validFor, commonName, keyLabels: labels, keyAnnotations: annotations, keyOrder: order, renewPeriod: period, cutoff, acceptDeprecated, omitsNames } = sealing;
  return { shape: { namespace, prefix, bits, validFor, commonName, labels, annotations }, policy: { order, period, ...(cutoff === undefined ? {} : { cutoff }) }, makesKeys: true, acceptDeprecated, omitsNames };
}

export interface SealedHalf extends Half {
  /** As they are watched, for whoever else needs them. */
  readonly sealedSecrets: Informer<ParsedObject<SealedSecret>>;
  readonly keys: KeyStore;
}

/** Puts together what turns SealedSecrets into Secrets: caches, keys and their renewal, and the controller. */
export function composeSealed(foundation: Foundation, options: SealedHalfOptions): SealedHalf {
  const { cluster, clock, random, log, metrics, events, lifetime } = foundation;
  const { shape, policy, makesKeys, acceptDeprecated, omitsNames = false, concerns = () => true, renderer = createRendererPool({ clock }) } = options;
  const caches: NamedCache[] = [];
  const start = startNamed(foundation, caches);
  // keys may be where the controller sees nothing else
  const startKeys = <T>(informer: InformerOptions<T>): ReturnType<typeof start<T>> => startInformer(cluster, informer, { clock, random, log, signal: lifetime });
  const informers = [startKeys(activeKeyInformer(shape.namespace)), startKeys(legacyKeyInformer(shape.namespace, shape.prefix))];
  const keys = createKeyStore({ informers, order: policy.order, clock, log });
  const { sealedSecrets, targets } = sealedSecretInformers;
  const views = {
    sealedSecrets: start('sealed secrets', { ...sealedSecrets, project: (object) => (concerns(object) ? sealedSecrets.project(object) : undefined) }),
    targets: start('heads of secrets', targets),
  };

  const ending = new AbortController();
  const signal = AbortSignal.any([lifetime, ending.signal]);
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const renew = async (): Promise<void> => {
    await Promise.all(informers.map(({ synced }) => synced));
    if (makesKeys) await renewKeys({ store: keys, shape, policy, cluster, clock, random, log, randomBytes }, ready.resolve, signal);
    else ready.resolve();
  };
  let renewal: Promise<void> | undefined;
  caches.push({
    name: 'sealing keys',
    // whoever puts the program together may find that it must not run: no key is made before somebody waits for one
    get synced() {
      renewal ??= renew().catch((error: unknown) => ready.reject(error));
      return ready.promise;
    },
    healthy: () => informers.every(({ healthy }) => healthy()),
  });

  metrics.watchSealing({ keys: () => keys.stored().map(({ name, key: { certificate } }, index) => ({ name, notAfter: certificate.notAfter, seals: index === 0 })), operations: keys.operations });
  return {
    keys,
    sealedSecrets: views.sealedSecrets,
    caches,
    controllers: [createSealedSecretController({ cluster, caches: views, keys, renderer, acceptDeprecated, omitsNames, events, clock, random, log, metrics })],
    finish: async () => {
      ending.abort(new DOMException('stopped', 'AbortError'));
      await renewal;
      keys.stop();
      await renderer.close();
    },
  };
}
