import { z } from 'zod';

const texts = z.record(z.string(), z.string());

/** What a PushSecret may say under `metadata.spec` for this provider, with External Secrets' names. */
export const pushSpec = z.strictObject({
  targetMergePolicy: z.enum(['Merge', 'Replace', 'Ignore']).exactOptional().describe('What becomes of the labels and annotations that are there.'),
  sourceMergePolicy: z.enum(['Merge', 'Replace']).exactOptional().describe("What becomes of the source Secret's labels and annotations."),
  labels: texts.exactOptional(),
  annotations: texts.exactOptional(),
  remoteNamespace: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace')
    .exactOptional()
    .describe('Another namespace than the store says; ClusterSecretStores only.'),
});

export type PushSpec = z.output<typeof pushSpec>;

/** Labels and annotations of a Secret. */
export interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * What no push writes, be it of the source Secret or of the PushSecret: kubectl's copy of the source holds its values, our own notes
 * (External Secrets' too) say who writes a Secret, and Kubernetes reads from some whose token a Secret is to hold.
 */
const neverPushed = ['kubectl.kubernetes.io/', 'reconcile.external-secrets.io/', 'prelude.dev/', 'kubernetes.io/service-account.'];

/** The labels and annotations of what is pushed: the source's, then what the PushSecret says, then what is there already. */
export function mergeMarks(source: Marks, target: Marks, { targetMergePolicy = 'Merge', sourceMergePolicy = 'Merge', labels = {}, annotations = {} }: PushSpec): Marks {
  if (targetMergePolicy === 'Ignore') return target;
  const from = sourceMergePolicy === 'Replace' ? { labels: {}, annotations: {} } : { labels: pushable(source.labels), annotations: pushable(source.annotations) };
  const to = targetMergePolicy === 'Replace' ? { labels: {}, annotations: {} } : target;
  return {
    labels: { ...to.labels, ...from.labels, ...pushable(labels) },
    annotations: { ...to.annotations, ...from.annotations, ...pushable(annotations) },
  };
}

function pushable(written: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(written).filter(([key]) => !neverPushed.some((prefix) => key.startsWith(prefix))));
}
