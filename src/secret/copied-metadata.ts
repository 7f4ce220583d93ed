import type { ExternalSecret } from '../api/external-secret.ts';

/**
 * Metadata that says who manages the ExternalSecret, or asks something of its controller. On a Secret it would make Argo CD, Flux,
 * Helm or kubectl take the Secret for one of their own and prune it, so it is neither copied nor, where it is there, touched.
 */
const notCopied: readonly string[] = [
  'argocd.argoproj.io/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
  'meta.helm.sh/',
  'applyset.kubernetes.io/',
  'kubectl.kubernetes.io/',
  'external-secrets.io/',
  // ours alone to write
  'reconcile.external-secrets.io/',
  'prelude.dev/',
];

/** Whether a label or annotation is left to others on the Secrets we write. */
export function isLeftAlone(name: string): boolean {
  return notCopied.some((prefix) => name.startsWith(prefix));
}

export interface CopiedMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Labels and annotations of the Secret: the template's where there is one, else the ExternalSecret's own. */
export function copiedMetadata({ metadata, spec }: Pick<ExternalSecret, 'metadata' | 'spec'>): CopiedMetadata {
  const source = spec.template ?? metadata;
  return { labels: copyOf(source.labels), annotations: copyOf(source.annotations) };
}

function copyOf(record: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !isLeftAlone(name)));
}
