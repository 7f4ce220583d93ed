import type { ExternalSecretSpec } from '../../api/external-secret-spec.ts';
import { parseApiVersion } from '../../api/object.ts';

/** A kind in whatever version: all versions of it are one set of objects. */
export interface GroupKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

/** Which kinds ExternalSecrets may make beside Secrets; none unless the operator says so. */
export interface AllowedTargets {
  readonly kinds: readonly GroupKind[];
  /** All kinds but those through which rights are granted, code is run, or controllers act for whoever writes them. */
  readonly others: boolean;
}

export const noTargets: AllowedTargets = { kinds: [], others: false };

/** Groups whose kinds decide who may do what, or what an API server does; run code; or are orders to a controller that has more rights. */
const privilegedGroups: ReadonlySet<string> = new Set([
  'rbac.authorization.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'batch',
  'external-secrets.io',
  'generators.external-secrets.io',
  'argoproj.io',
]);

const privilegedCoreKinds: ReadonlySet<string> = new Set(['Secret', 'ServiceAccount', 'Namespace', 'Node', 'PersistentVolume', 'Pod', 'PodTemplate', 'ReplicationController']);

const option = /^(?:(?<group>[a-z0-9]([-a-z0-9.]*[a-z0-9])?)\/)?(?<version>v[a-z0-9]+)\/(?<kind>[A-Z][A-Za-z0-9]*)$/;

/**
 * Reads the kinds of an option, each `GROUP/VERSION/KIND`, or `VERSION/KIND` for the core group.
 * @throws RangeError with what is wrong with one of them
 */
export function parseGenericTargets(texts: readonly string[]): readonly GroupKind[] {
  return texts.map((text) => {
    const { group = '', kind } = option.exec(text)?.groups ?? {};
    if (kind === undefined) throw new RangeError(`${JSON.stringify(text)} is no kind: write GROUP/VERSION/KIND, or VERSION/KIND for the core group, like v1/ConfigMap`);
    if (group === '' && kind === 'Secret') throw new RangeError('v1/Secret is what ExternalSecrets make without target.manifest: it need not be allowed');
    return { group, kind };
  });
}

/** Why a kind may not be a target; undefined where it may. */
export function targetProblem({ apiVersion, kind }: NonNullable<ExternalSecretSpec['manifest']>, { kinds, others }: AllowedTargets): string | undefined {
  const { group } = parseApiVersion(apiVersion);
  if (group === '' && kind === 'Secret') return 'invalid generic target: a Secret is made without spec.target.manifest; remove it';
  if (kinds.some((allowed) => allowed.group === group && allowed.kind === kind)) return undefined;
  const isPrivileged = privilegedGroups.has(group) || (group === '' && privilegedCoreKinds.has(kind));
  if (others && !isPrivileged) return undefined;
  return `invalid generic target: ${apiVersion} ${kind} is not among the kinds that this controller may make; its operator allows them one by one`;
}
