import type { SecretBytes } from '../../lib/secret-bytes.ts';
import type { BackupSecrets } from '../../seal/backup-secrets.ts';

/** A credential that the person brings; without one, ssh is given a new deploy key and https is asked as anybody. */
export type BroughtCredential =
  | { readonly kind: 'ssh'; readonly privateKey: SecretBytes }
  | { readonly kind: 'login'; readonly username: SecretBytes; readonly password: SecretBytes };

/** A backup of sealing keys, as `prelude keys backup` makes it. */
export interface KeysBackup {
  readonly file: Uint8Array;
  /** Its path, for errors. */
  readonly where: string;
  readonly secrets: BackupSecrets;
}

/** What a cluster is to become. Files have been read by whoever asks. */
export interface BootstrapOptions {
  readonly repository: {
    /** As the first Application names it. */
    readonly url: string;
    readonly revision: string;
    /** Of the folder with the first Application's manifests. */
    readonly path: string;
    readonly credential?: BroughtCredential;
    /** Lines of known_hosts for a server whose keys are not shipped. */
    readonly knownHosts?: string;
  };
  /** Where the controller, the credential and the first Application live. */
  readonly namespace: string;
  /** Of the first Application. */
  readonly name: string;
  readonly controller: {
    /** Whether the chart is applied; without it a controller that is there is used. */
    readonly isInstalled: boolean;
    /** YAML of values for charts/prelude. */
    readonly values?: string;
    /** `repository[:tag][@digest]` */
    readonly image?: string;
  };
  /** The file of the SealedSecret that the credential stands in: made where it is missing, used where it is there. */
  readonly sealTo?: { readonly path: string; /** Absent: there is no file yet. */ readonly text?: string };
  readonly keysBackup?: KeysBackup;
  /** Milliseconds that the key's registration and the first Application have together. */
  readonly timeout: number;
}

/** What happens on the way, for a person. */
export interface BootstrapProgress {
  /** Something was written. */
  readonly done: (message: string) => void;
  /** The repository was read. */
  readonly read: (message: string) => void;
  /** Why it is not over yet; told when it changes. */
  readonly waiting: (message: string) => void;
  /** A public key that the repository's server must learn of. */
  readonly register: (key: { readonly publicKey: string; readonly where: string }) => void;
}

/** Field manager of what is applied. */
export const bootstrapFieldManager = 'prelude-bootstrap';
