/** A key of a Secret or ConfigMap, in the destination's namespace, that a render takes values from. */
export interface ValueSource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
  /** A render can do without it. */
  readonly optional: boolean;
}

/** `Kind/name/key`. */
export function valueKey({ kind, name, key }: Pick<ValueSource, 'kind' | 'name' | 'key'>): string {
  return `${kind}/${name}/${key}`;
}
