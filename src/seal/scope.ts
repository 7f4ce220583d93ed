/**
 * How far a ciphertext may travel. It is bound by the label that it was encrypted with: to a name in a namespace, to a namespace, or
 * to nothing. (Source: Sealed Secrets' scopes.)
 */
export const scopes = ['strict', 'namespace-wide', 'cluster-wide'] as const;
export type Scope = (typeof scopes)[number];

const annotations = { 'cluster-wide': 'sealedsecrets.bitnami.com/cluster-wide', 'namespace-wide': 'sealedsecrets.bitnami.com/namespace-wide' } as const;

/** The annotations that say a scope; strict has none. */
export const scopeAnnotations: readonly string[] = Object.values(annotations);

/** The scope that annotations say: exactly `"true"` counts, and the wider one where both do. */
export function scopeOf(found: Readonly<Record<string, string>> = {}): Scope {
  if (found[annotations['cluster-wide']] === 'true') return 'cluster-wide';
  return found[annotations['namespace-wide']] === 'true' ? 'namespace-wide' : 'strict';
}

/** The annotation that says a scope. */
export function annotationOf(scope: Scope): Readonly<Record<string, string>> {
  return scope === 'strict' ? {} : { [annotations[scope]]: 'true' };
}

/** Whose a ciphertext is: what the label is made of. */
export interface SealedFor {
  readonly scope: Scope;
  readonly namespace: string;
  readonly name: string;
}

/** The label of a ciphertext, in UTF-8. A namespace and a name hold no slash, so no two owners share one. */
export function labelOf({ scope, namespace, name }: SealedFor): Buffer {
  switch (scope) {
    case 'strict':
      return Buffer.from(`${namespace}/${name}`, 'utf8');
    case 'namespace-wide':
      return Buffer.from(namespace, 'utf8');
    case 'cluster-wide':
      return Buffer.alloc(0);
  }
}
