import { z } from 'zod';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { SecretRecord } from './answers.ts';
import type { NewSecret, SecretChange } from './secret-manager.ts';

const texts = z.record(z.string(), z.string());

/** What a PushSecret may say under `metadata.spec` for this provider, with External Secrets' names. */
export const pushSpec = z.strictObject({
  annotations: texts.exactOptional(),
  labels: texts.exactOptional(),
  topics: z.array(z.string().min(1)).exactOptional().describe('Topics of Pub/Sub that are told of changes.'),
  mergePolicy: z.enum(['Replace', 'Merge']).exactOptional().describe('What becomes of the labels and annotations that are there.'),
  cmekKeyName: z.string().min(1).exactOptional().describe('The key of Cloud KMS that encrypts a new secret.'),
  replicationLocation: z.string().min(1).exactOptional().describe('The region that a new secret is kept in.'),
  replicationLocations: z.array(z.string().min(1)).exactOptional().describe('The regions that a new secret is kept in.'),
});

export type PushSpec = z.output<typeof pushSpec>;

/** External Secrets' mark of what it pushes: secrets without it are somebody else's. */
const mark = { 'managed-by': 'external-secrets' } as const;

/** Whether a secret was made by a push. */
export function isPushed({ labels }: Pick<SecretRecord, 'labels'>): boolean {
  return labels['managed-by'] === mark['managed-by'];
}

/**
 * What a new secret is made with.
 * @throws ProviderError `invalid` where a regional secret is to be replicated
 */
export function newSecret({ labels = {}, annotations = {}, topics = [], ...rest }: PushSpec, location: string | undefined): NewSecret {
  return { labels: { ...labels, ...mark }, annotations, topics: topics.map((name) => ({ name })), ...placement(rest, location) };
}

function placement({ cmekKeyName, replicationLocation, replicationLocations = [] }: PushSpec, location: string | undefined): Pick<NewSecret, 'replication' | 'customerManagedEncryption'> {
  const encryption = cmekKeyName === undefined ? {} : { customerManagedEncryption: { kmsKeyName: cmekKeyName } };
  const regions = [...new Set([...(replicationLocation === undefined ? [] : [replicationLocation]), ...replicationLocations])];
  if (location !== undefined) {
    if (regions.length > 0) throw new ProviderError('invalid', "metadata.spec.replicationLocation: a secret of one region is not replicated; the store's location says where it is");
    return encryption;
  }
  if (regions.length === 0) return { replication: { automatic: encryption } };
  return { replication: { userManaged: { replicas: regions.map((region) => ({ location: region, ...encryption })) } } };
}

/**
 * What is to be changed of a secret so that it is as the push says; undefined: nothing. Replication and key of a secret that is there
 * cannot be changed, and what the push does not speak of stays.
 */
export function changeOf({ labels, annotations, topics }: SecretRecord, spec: PushSpec | undefined): SecretChange | undefined {
  if (spec === undefined) return undefined;
  const keep = spec.mergePolicy === 'Merge';
  const wantedLabels = { ...(keep ? labels : {}), ...spec.labels, ...mark };
  const wantedAnnotations = { ...(keep ? annotations : {}), ...spec.annotations };
  const wantedTopics = spec.topics ?? topics;
  const change: SecretChange = {
    ...(areEqual(labels, wantedLabels) ? {} : { labels: wantedLabels }),
    ...(areEqual(annotations, wantedAnnotations) ? {} : { annotations: wantedAnnotations }),
    ...(topics.toSorted().join('\n') === wantedTopics.toSorted().join('\n') ? {} : { topics: wantedTopics.map((name) => ({ name })) }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

function areEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
