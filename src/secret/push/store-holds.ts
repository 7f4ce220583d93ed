import type { ObjectKey } from '../../api/object.ts';
import type { SecretStore, StoreKind } from '../../api/secret-store.ts';

/** Which stores must not go yet, because what was pushed to them has to be removed through them some day. */
export interface StoreHolds {
  readonly isHeld: (store: SecretStore) => boolean;
  /** Calls `listener` with every store for which that may have changed. Answers how to stop. */
  readonly subscribe: (listener: (kind: StoreKind, key: ObjectKey) => void) => () => void;
  /** Stops to look. */
  readonly stop: () => void;
}
