import { managedLabel } from '../../api/names.ts';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { apiVersionOf, namespaceType, secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { type LiveSecret, liveSecret } from '../../secret/live-secret.ts';
import type { CheckObject } from '../../server/object-check.ts';
import { ObjectTally, type Survey } from './object-tally.ts';

export interface SurveyOptions {
  readonly cluster: Cluster;
  /** The kinds that the cluster serves. */
  readonly types: readonly ResourceType[];
  readonly check: CheckObject;
  readonly controllerClass: string;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
}

/** Stores come before what refers to them. */
const order = ['SecretStore', 'ClusterSecretStore'];

/**
 * Parses every object, a page at a time, and keeps counts only.
 * @throws KubeError
 */
export async function surveyObjects(options: SurveyOptions, signal: AbortSignal): Promise<Survey> {
  const tally = new ObjectTally({ ...options, live: await managedSecrets(options, signal), now: options.clock.now() });
  for (const type of options.types.toSorted((a, b) => order.indexOf(b.kind) - order.indexOf(a.kind))) {
    for await (const object of objectsOf(options, type, signal)) tally.add(object);
  }
  for await (const { items } of options.cluster.pages(namespaceType, { metadataOnly: true }, signal)) for (const item of items) tally.addNamespace(item);
  return tally.result();
}

async function* objectsOf({ cluster, namespaces }: SurveyOptions, type: ResourceType, signal: AbortSignal): AsyncGenerator<KubeObject, void, void> {
  const selections = namespaces.length === 0 || !type.namespaced ? [{}] : namespaces.map((namespace) => ({ namespace }));
  for (const selection of selections) {
    for await (const { items } of cluster.pages(type, selection, signal)) for (const item of items) yield { ...item, apiVersion: apiVersionOf(type), kind: type.kind };
  }
}

/** The Secrets that upstream manages, as hashes. */
async function managedSecrets(options: SurveyOptions, signal: AbortSignal): Promise<ReadonlyMap<string, LiveSecret>> {
  const found = new Map<string, LiveSecret>();
  const selections = options.namespaces.length === 0 ? [{}] : options.namespaces.map((namespace) => ({ namespace }));
  for (const selection of selections) {
    for await (const { items } of options.cluster.pages(secretType, { ...selection, labelSelector: `${managedLabel}=true` }, signal)) {
      for (const item of items) found.set(formatKey(keyOf(item)), liveSecret(item));
    }
  }
  return found;
}
