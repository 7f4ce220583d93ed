import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import { isKubeError, KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { generateSealingKey } from '../../seal/generate-key.ts';
import { newKeySecret, sealingKeyLabel } from './key-secret.ts';

export interface KeyShape {
  readonly namespace: string;
  /** Names of keys' Secrets begin with it. */
  readonly prefix: string;
  readonly bits: number;
  /** Milliseconds. */
  readonly validFor: number;
  readonly commonName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface CreateKeyDeps {
  readonly cluster: Pick<Cluster, 'pages' | 'get' | 'create'>;
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Field manager of keys' Secrets. */
const fieldManager = 'prelude-sealing-keys';
/** Secrets of a name that should be free and hold something else. */
const mostNames = 16;

/**
 * Makes a key, unless somebody has since `seen` was looked at.
 *
 * The name of the new Secret is made from the keys that are there, so that two who decide on the same state decide on the same name, and
 * the API server lets one of them have it. A request that was lost on its way back is found by that name, too. So no state of the cluster
 * is ever followed by two keys, whoever dies when.
 * @param isWanted asked again on what is there right before
 * @returns the name of the Secret; undefined where the key turned out not to be wanted
 * @throws KubeError
 */
export async function createKey(shape: KeyShape, isWanted: (secrets: readonly KubeObject[]) => boolean, { cluster, clock, randomBytes }: CreateKeyDeps, signal: AbortSignal): Promise<string | undefined> {
  const secrets = await listKeySecrets(cluster, shape.namespace, signal);
  if (!isWanted(secrets)) return undefined;
  const { bits, validFor, commonName, namespace, labels, annotations } = shape;
  const generated = await generateSealingKey({ bits, validFor, commonName, now: clock.now(), randomBytes });
  for (let attempt = 0; attempt < mostNames; attempt += 1) {
    const name = nameAfter(shape.prefix, secrets, attempt);
    try {
      await cluster.create(secretType, newKeySecret(generated, { namespace, name, labels, annotations }), { fieldManager }, signal);
      return name;
    } catch (error) {
      if (!isKubeError(error, 'exists')) throw error;
    }
    const taken = await cluster.get(secretType, { namespace, name }, signal, { metadataOnly: true });
    // somebody else came to the same conclusion, and was first
    if (taken?.metadata.labels?.[sealingKeyLabel] === 'active') return undefined;
  }
  throw new KubeError('exists', `no name for a new sealing key is free in namespace ${namespace}`);
}

/** Heads of all Secrets with the label of a key, whatever it says. */
export async function listKeySecrets(cluster: Pick<Cluster, 'pages'>, namespace: string, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const { items } of cluster.pages(secretType, { namespace, labelSelector: sealingKeyLabel, metadataOnly: true }, signal)) found.push(...items);
  return found;
}

/** As the API server would make one of `generateName`: five letters and digits behind the prefix. */
function nameAfter(prefix: string, secrets: readonly KubeObject[], attempt: number): string {
  const state = secrets.map(({ metadata }) => metadata.uid ?? metadata.name).toSorted();
  const digest = createHash('sha256').update(JSON.stringify([prefix, state, attempt])).digest();
  return `${prefix}${[...digest.subarray(0, 5)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
