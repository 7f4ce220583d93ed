import type { ObjectKey } from '../../api/object.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { ReferenceWatch } from './reference-watch.ts';

/** Wakes an Application when one of the Secrets it needs comes or changes, whoever made it. */
export interface SecretWatch {
  /** Replaces what the Application needs. */
  readonly watch: (application: string, secrets: readonly Required<ObjectKey>[]) => void;
  readonly release: (application: string) => void;
  /** The resourceVersion of a Secret as last seen; undefined where nothing of it was seen since somebody needs it. */
  readonly versionOf: (secret: Required<ObjectKey>) => string | undefined;
  /** Whether a change of it would be seen. */
  readonly isWatched: (secret: Required<ObjectKey>) => boolean;
}

/** The Secrets among what Applications refer to. */
export function createSecretWatch(references: ReferenceWatch): SecretWatch {
  return {
    watch: (application, secrets) => references.watch(application, 'secrets', secrets.map((key) => ({ type: secretType, ...key }))),
    release: (application) => references.watch(application, 'secrets', []),
    versionOf: (secret) => references.versionOf(secretType, secret),
    isWatched: (secret) => references.isWatched(secretType, secret),
  };
}
