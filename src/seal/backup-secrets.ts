/** What opens a backup that age has encrypted. */
export interface BackupSecrets {
  /** `AGE-SECRET-KEY-1…`, one or several. */
  readonly identities: readonly string[];
  readonly passphrase?: string;
}
