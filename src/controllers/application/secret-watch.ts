import { formatKey, keyOf, type ObjectKey } from '../../api/object.ts';
import { secretType } from '../../kube/resource-types.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { StartInformer } from './live-index.ts';

/** Wakes an Application whose barrier is closed when one of the Secrets it needs comes or changes, whoever made it. */
export interface SecretWatch {
  /** Replaces what the Application waits for. Metadata only; of it, only the needed names are kept. */
  readonly watch: (application: string, secrets: readonly Required<ObjectKey>[]) => void;
  readonly release: (application: string) => void;
}

export interface SecretWatchOptions {
  readonly startInformer: StartInformer;
  readonly onChange: (application: string) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** One watch for all Applications that wait, however many they are; none while nobody waits. */
export function createSecretWatch({ startInformer, onChange, signal }: SecretWatchOptions): SecretWatch {
  const waiting = new ReverseIndex();
  const wishes = new Map<string, string>();
  let running: AbortController | undefined;

  function start(): void {
    running = new AbortController();
    const informer = startInformer(
      {
        type: secretType,
        selection: { metadataOnly: true },
        project: (object) => (waiting.itemsOf(formatKey(keyOf(object))).size > 0 ? object.metadata.resourceVersion : undefined),
      },
      AbortSignal.any([signal, running.signal]),
    );
    informer.synced.catch(() => {});
    informer.subscribe(({ key }) => {
      for (const application of waiting.itemsOf(formatKey(key))) onChange(application);
    });
  }

  function release(application: string): void {
    waiting.set(application, []);
    if (!wishes.delete(application) || wishes.size > 0) return;
    running?.abort(new DOMException('nobody waits for a Secret any more', 'AbortError'));
    running = undefined;
  }

  return {
    watch: (application, secrets) => {
      const names = [...new Set(secrets.map(formatKey))].toSorted();
      const wish = names.join(' ');
      if (wishes.get(application) === wish) return;
      wishes.set(application, wish);
      waiting.set(application, names);
      // a watch that stood already has passed over what came before it knew that somebody waits: look once more
      if (running !== undefined) onChange(application);
      else start();
    },
    release,
  };
}
