/**
 * Types whose Secrets give rights to whoever can name them: a token for any service account, a way to join the
 * cluster, and what Helm believes it has installed. (Lesson of CVE-2026-42876: enforced here, not in a webhook.)
 */
const privilegedSecretTypes: ReadonlySet<string> = new Set(['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token', 'helm.sh/release.v1']);

/** What is said of such a type, for messages. */
export const privilegedTypeRule = 'must not be a type that grants rights: service-account-token, bootstrap token, Helm release';

/** Whether a Secret of a type gives rights. No such Secret is made or changed, whoever asks. */
export function isPrivilegedSecretType(type: string): boolean {
  return privilegedSecretTypes.has(type);
}
