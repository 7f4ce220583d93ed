import type { SecretBytes } from '../lib/secret-bytes.ts';

/** The port through which the Secrets that stores name for their credentials are read; the cluster is behind it. */
export interface CredentialSource {
  /**
   * The value of one key of a Secret, undefined where Secret or key is absent.
   * Throws where it could not be asked.
   */
  readonly read: (namespace: string, name: string, key: string, signal: AbortSignal) => Promise<SecretBytes | undefined>;
  /**
   * What changes whenever the Secret does (uid and resourceVersion), for free: from a watch.
   * Undefined where that is not known, which costs a read each time.
   */
  readonly version: (namespace: string, name: string) => string | undefined;
}
