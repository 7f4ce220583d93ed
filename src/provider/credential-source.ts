import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { WholeSecret } from './contract.ts';

/** The port through which what stores and generators name for their credentials is read; the cluster is behind it. */
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
  /** All keys and the labels of a Secret, undefined where it is absent. Its version is that of `version`. */
  readonly readWhole: (namespace: string, name: string, signal: AbortSignal) => Promise<WholeSecret | undefined>;
  /** The value of one key of a ConfigMap, likewise. */
  readonly readConfigMap: (namespace: string, name: string, key: string, signal: AbortSignal) => Promise<string | undefined>;
  readonly configMapVersion: (namespace: string, name: string) => string | undefined;
  /** The annotations of a service account, undefined where there is none. */
  readonly serviceAccount: (namespace: string, name: string, signal: AbortSignal) => Promise<Readonly<Record<string, string>> | undefined>;
  /** A bound token of a service account. */
  readonly token: (serviceAccount: { readonly namespace: string; readonly name: string }, request: TokenRequest, signal: AbortSignal) => Promise<SecretBytes>;
}

export interface TokenRequest {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}
