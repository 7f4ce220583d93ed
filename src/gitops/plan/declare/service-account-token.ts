import type { KubeObject } from '../../../api/object.ts';

/** What the token controller fills in (https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets). */
export const tokenKeys: readonly string[] = ['token', 'ca.crt', 'namespace'];

/** Whether an object is a Secret for a service account's token. Applying it makes it; its data come a moment later. */
export function isToken(object: KubeObject): boolean {
  return object.kind === 'Secret' && object['type'] === 'kubernetes.io/service-account-token';
}
