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

/** What makes a Secret one of Argo CD's repositories or clusters, and manages nothing: that such Secrets are made by ExternalSecrets is the rule. */
const secretTypeLabel = 'argocd.argoproj.io/secret-type';

/** Whether a label or annotation is left to others on the Secrets we write. */
export function isLeftAlone(name: string): boolean {
  return name !== secretTypeLabel && notCopied.some((prefix) => name.startsWith(prefix));
}

/** Labels or annotations without those that are left to others. */
export function keptMetadata(record: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !isLeftAlone(name)));
}
