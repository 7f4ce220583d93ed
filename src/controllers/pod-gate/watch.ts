import { parseExternalSecret, type ExternalSecret } from '../../api/external-secret.ts';
import { formatKey, type ObjectKey, parseKey } from '../../api/object.ts';
import { type ParsedObject, parsedObject } from '../../api/parsed-object.ts';
import { gatedLabel } from '../../api/pod-gate.ts';
import { parseSealedSecret, type SealedSecret } from '../../api/sealed-secret.ts';
import { secretName } from '../../gitops/apply/barrier/secret-facts.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import { externalSecretType, podType, sealedSecretType, secretType } from '../../kube/resource-types.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { PodGateView } from './observe.ts';
import { type GatedPod, gatedPod } from './pod-needs.ts';
import { type SecretHead, secretHead } from './secret-head.ts';

/** What the gate watches. Pods are those that it has been put on, and no others. */
export const podGateInformers: {
  readonly pods: InformerOptions<GatedPod>;
  readonly heads: InformerOptions<SecretHead>;
  readonly externalSecrets: InformerOptions<ParsedObject<ExternalSecret>>;
  readonly sealedSecrets: InformerOptions<ParsedObject<SealedSecret>>;
} = {
  pods: { type: podType, selection: { labelSelector: `${gatedLabel}=true` }, project: gatedPod },
  heads: { type: secretType, selection: { metadataOnly: true }, project: secretHead },
  externalSecrets: { type: externalSecretType, selection: {}, project: (object) => parsedObject(object, parseExternalSecret) },
  sealedSecrets: { type: sealedSecretType, selection: {}, project: (object) => parsedObject(object, parseSealedSecret) },
};

export interface WatchOptions extends PodGateView {
  readonly pods: Informer<GatedPod>;
  readonly enqueue: (key: ObjectKey) => void;
  /** A pod is no longer held. */
  readonly onGone: (uid: string) => void;
}

/** Turns events of the caches into pods to look at: those that need what has changed. Answers how to stop. */
export function watchPods({ pods, declared, heads, enqueue, onGone }: WatchOptions): () => void {
  const waiting = new ReverseIndex();
  const wake = (secret: string): void => {
    for (const pod of waiting.itemsOf(secret)) enqueue(parseKey(pod));
  };
  const stops = [
    pods.subscribe(({ key, current, previous }) => {
      const needs = current === undefined || current.needs === 'tooMany' ? [] : current.needs;
      waiting.set(formatKey(key), [...new Set(needs.map(({ namespace, secret }) => secretName({ namespace, name: secret })))]);
      if (previous !== undefined && previous.metadata.uid !== current?.metadata.uid) onGone(previous.metadata.uid ?? '');
      if (current !== undefined) enqueue(key);
    }),
    heads.subscribe(({ key }) => wake(formatKey(key))),
    declared.subscribe(wake),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
