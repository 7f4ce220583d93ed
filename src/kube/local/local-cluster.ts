import { basename } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import type { Cluster, ResourceType } from '../port.ts';
import { EventExpiry } from './event-expiry.ts';
import { FolderCluster } from './folder-cluster.ts';
import { lockFolder } from './folder-lock.ts';
import { type FolderProblem, HandEdits } from './hand-edits.ts';
import { Lifecycle } from './lifecycle.ts';
import { ObjectFolder } from './object-folder.ts';
import { ObjectStore } from './object-store.ts';
import { ServedKinds } from './served-kinds.ts';
import { watchFolder } from './watch-folder.ts';

export interface LocalClusterOptions {
  /** The folder; made where it is not there. Must be new, empty, or a local cluster's. */
  readonly dir: string;
  /** Kinds served beside the built-in ones and those of the CustomResourceDefinitions in the cluster. */
  readonly types: readonly ResourceType[];
  readonly clock: Clock;
  /** Told of files that could not be read, and of those that were moved out of the way. */
  readonly onProblem: (problem: FolderProblem) => void;
  /** For people; the folder's name unless told. */
  readonly name?: string;
  /** How many changes are kept for watches to resume from; 10,000 unless told. */
  readonly history?: number;
}

const defaultHistory = 10_000;

/**
 * Opens a cluster that is kept in a folder: the objects, and how an API server treats them, with nothing that runs. Lists are
 * atomic for apply, schemas are not checked, and whoever asks may do everything.
 * Every call does its work in one turn of the event loop, so calls never overlap.
 * @throws KubeError `unavailable` where another process has the folder open, `invalid` where it is not a cluster's
 */
// async although it waits for nothing: what opens a cluster may have to, and callers need not know which one it is
// oxlint-disable-next-line typescript/require-await
export async function openLocalCluster(options: LocalClusterOptions): Promise<Cluster> {
  const { dir, types, clock, onProblem, name = basename(dir), history = defaultHistory } = options;
  const folder = new ObjectFolder(dir);
  const unlock = lockFolder(folder.ownFile('lock'));
  try {
    const store = new ObjectStore(folder, { clock, history, onSetAside: (file, movedTo) => onProblem({ file, problem: `was in the way of a write, and is kept as ${movedTo}` }) });
    const kinds = new ServedKinds(types);
    const now = (): string => formatTimestamp(clock.now());
    const lifecycle = new Lifecycle({ store, kinds, now });
    const edits = new HandEdits({ folder, store, kinds, lifecycle, now, onProblem });
    edits.takeAll();
    const events = new EventExpiry({ store, lifecycle, clock });
    events.sweep();
    const unwatch = watchFolder({ folder, clock, onFile: (file) => edits.take(file), onFolder: (under) => edits.takeAll(under) });
    const onClose = (): void => {
      unwatch();
      store.close();
      unlock();
    };
    return new FolderCluster({ name, folder, store, kinds, lifecycle, edits, events, now, onClose });
  } catch (error) {
    unlock();
    throw error;
  }
}
