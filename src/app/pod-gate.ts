import type { ExternalSecret } from '../api/external-secret.ts';
import type { ParsedObject } from '../api/parsed-object.ts';
import type { SealedSecret } from '../api/sealed-secret.ts';
import { createPodGate } from '../controllers/pod-gate/controller.ts';
import { podGateInformers } from '../controllers/pod-gate/watch.ts';
import type { Informer } from '../kube/informer.ts';
import type { HoldsPod } from '../server/gate-pod.ts';
import type { Foundation, Half, NamedCache } from './half.ts';
import { startNamed } from './secret-views.ts';

export interface PodGateHalfOptions {
  /** Milliseconds that a pod is held at most. */
  readonly timeout: number;
  /** Where they are watched already; absent: they are watched for the gate. */
  readonly externalSecrets?: Informer<ParsedObject<ExternalSecret>>;
  readonly sealedSecrets?: Informer<ParsedObject<SealedSecret>>;
}

export interface PodGateHalf extends Half {
  readonly holdsPod: HoldsPod;
}

/** Puts together what holds pods until their Secrets are current. */
export function composePodGate(foundation: Foundation, { timeout, ...watched }: PodGateHalfOptions): PodGateHalf {
  const { cluster, events, clock, random, log, metrics } = foundation;
  const caches: NamedCache[] = [];
  const start = startNamed(foundation, caches);
  const views = {
    pods: start('gated pods', podGateInformers.pods),
    heads: start('heads of secrets for pods', podGateInformers.heads),
    externalSecrets: watched.externalSecrets ?? start('externalsecrets for pods', podGateInformers.externalSecrets),
    sealedSecrets: watched.sealedSecrets ?? start('sealed secrets for pods', podGateInformers.sealedSecrets),
  };
  let isFilled = false;
  // an API server that asks before could only be told a guess
  Promise.all(Object.values(views).map(({ synced }) => synced)).then(() => (isFilled = true), () => {});
  const { controller, holds } = createPodGate({ ...views, cluster, timeout, events, clock, random, log, metrics });
  return { caches, controllers: [controller], finish: () => Promise.resolve(), holdsPod: (pod) => isFilled && holds(pod) };
}
