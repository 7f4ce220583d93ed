import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { fieldsOf, type Found, select, textOf } from './field.ts';
import { secretKey, type SecretReference, wholeSecret } from './secret-reference.ts';

/** A place in custom resources that names Secrets. */
export interface CustomNeed {
  readonly group: string;
  readonly kind: string;
  /** e.g. `spec.listeners[*].tls.certificateRefs[*]`. */
  readonly path: string;
  /**
   * What stands there: a whole pod spec, the Secret's name, `{name, key}`, or `{name}` (where it says `kind`, that must be Secret;
   * a reference into another namespace is not followed).
   */
  readonly reads: 'podSpec' | 'secretName' | 'keySelector' | 'reference';
  /** Nothing in Git providing it is a warning, not an error. */
  readonly lenient?: true;
}

/** Custom resources whose meaning is settled widely enough to be known without being told. */
export const knownCustomNeeds: readonly CustomNeed[] = [
  { group: 'argoproj.io', kind: 'Rollout', path: 'spec.template.spec', reads: 'podSpec' },
  { group: 'serving.knative.dev', kind: 'Service', path: 'spec.template.spec', reads: 'podSpec' },
  { group: 'gateway.networking.k8s.io', kind: 'Gateway', path: 'spec.listeners[*].tls.certificateRefs[*]', reads: 'reference', lenient: true },
];

/** What the table finds in an object: pod specs, and Secrets named directly. */
export function customNeedsOf(object: KubeObject, table: readonly CustomNeed[]): { readonly podSpecs: readonly Found[]; readonly references: readonly SecretReference[] } {
  const { group } = parseApiVersion(object.apiVersion);
  const entries = table.filter((entry) => entry.group === group && entry.kind === object.kind);
  return {
    podSpecs: entries.filter(({ reads }) => reads === 'podSpec').flatMap(({ path }) => select(object, path)),
    references: entries.flatMap((entry) => select(object, entry.path).flatMap((found) => named(entry, found))),
  };
}

function named({ reads, lenient }: CustomNeed, { value, path }: Found): readonly SecretReference[] {
  return references(reads, value, path).map((reference) => (lenient === true ? { ...reference, lenient } : reference));
}

function references(reads: CustomNeed['reads'], value: unknown, path: string): readonly SecretReference[] {
  const secret = textOf(value);
  const { kind = 'Secret', namespace } = fieldsOf(value);
  switch (reads) {
    case 'podSpec':
      return [];
    case 'secretName':
      return secret === undefined ? [] : [{ secret, path }];
    case 'keySelector':
      return secretKey(value, path);
    case 'reference':
      return kind === 'Secret' && namespace === undefined ? wholeSecret(value, path) : [];
  }
}
