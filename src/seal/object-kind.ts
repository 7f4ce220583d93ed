/** What an object says it is; undefined where it does not say it in text. */
export function objectKind(value: unknown): { readonly kind?: string; readonly apiVersion?: string } {
  if (typeof value !== 'object' || value === null) return {};
  return {
    ...('kind' in value && typeof value.kind === 'string' ? { kind: value.kind } : {}),
    ...('apiVersion' in value && typeof value.apiVersion === 'string' ? { apiVersion: value.apiVersion } : {}),
  };
}
