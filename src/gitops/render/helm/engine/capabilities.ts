/** What `.Capabilities` says of the cluster. */
export interface Capabilities {
  /** `1.33`, `v1.33.4-gke.1245000`. */
  readonly kubeVersion: string;
  /** `apps/v1`, and `apps/v1/Deployment` where the cluster's own are listed. */
  readonly apiVersions: readonly string[];
}

/** What a render has asked of the capabilities: while these answers stay the same, another render would come out the same. */
export interface CapabilityQuestions {
  /** `.KubeVersion` was looked at. */
  readonly version: boolean;
  /** What `.APIVersions.Has` was asked. */
  readonly has: readonly string[];
  /** All of `.APIVersions` was looked at. */
  readonly all: boolean;
}

/** What counts as asked where nobody can tell. */
export const everyQuestion: CapabilityQuestions = { version: true, has: [], all: true };

/** The Helm whose templates these are. */
export const helmVersion = { Version: 'v4.3', GitCommit: '', GitTreeState: '', GoVersion: 'go1.26.8', KubeClientVersion: 'v1.37' } as const;

/**
 * What Helm 4.3.1 assumes where it may not ask a cluster: the version and all groups of its client library, in its order.
 * @param more what `--kube-version` and `--api-versions` say
 */
export function defaultCapabilities(more: { readonly kubeVersion?: string | undefined; readonly apiVersions?: readonly string[] | undefined } = {}): Capabilities {
  return { kubeVersion: more.kubeVersion ?? 'v1.37.0', apiVersions: [...knownVersions, ...(more.apiVersions ?? [])] };
}

const knownVersions = `
  v1 admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1alpha1 admissionregistration.k8s.io/v1beta1 internal.apiserver.k8s.io/v1alpha1
  apps/v1 apps/v1beta1 apps/v1beta2 authentication.k8s.io/v1 authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1 authorization.k8s.io/v1
  authorization.k8s.io/v1beta1 autoscaling/v1 autoscaling/v2 batch/v1 batch/v1beta1 certificates.k8s.io/v1 certificates.k8s.io/v1beta1
  certificates.k8s.io/v1alpha1 coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 coordination.k8s.io/v1 discovery.k8s.io/v1
  discovery.k8s.io/v1beta1 events.k8s.io/v1 events.k8s.io/v1beta1 extensions/v1beta1 flowcontrol.apiserver.k8s.io/v1
  flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1beta3 lifecycle.k8s.io/v1alpha1
  networking.k8s.io/v1 networking.k8s.io/v1beta1 node.k8s.io/v1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1 policy/v1 policy/v1beta1
  rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1 resource.k8s.io/v1 resource.k8s.io/v1beta2
  resource.k8s.io/v1beta1 resource.k8s.io/v1alpha3 scheduling.k8s.io/v1alpha3 scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1
  storage.k8s.io/v1beta1 storage.k8s.io/v1 storage.k8s.io/v1alpha1 storagemigration.k8s.io/v1 storagemigration.k8s.io/v1beta1
  apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1`
  .trim()
  .split(/\s+/);

/** A version of Kubernetes in its parts. */
export interface KubeVersion {
  /** As it was given, with a `v`. */
  readonly full: string;
  /** `v1.33.4`: its numbers, as many as were given. */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/** Reads a version as Kubernetes' own parser does: two or three numbers at least, whatever follows them. @returns undefined for what is none */
export function parseKubeVersion(version: string): KubeVersion | undefined {
  const [, numbers = ''] = /^\s*v?([0-9]+(?:\.[0-9]+)*)/.exec(version) ?? [];
  const parts = numbers.split('.');
  if (parts.length < 2 || parts.some((part) => part.length > 1 && part.startsWith('0'))) return undefined;
  const [major = '', minor = ''] = parts;
  return { full: version.startsWith('v') ? version : `v${version}`, normalized: `v${parts.join('.')}`, major, minor };
}
