import type { ObjectKey } from '../../api/object.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { StartInformer } from './live-index.ts';

/** Wakes an Application whose barrier is closed when one of the Secrets it needs comes or changes, whoever made it. */
export interface SecretWatch {
  /** Replaces what the Application waits for. Metadata only; of it, only the needed names are kept. */
  readonly watch: (application: string, secrets: readonly Required<ObjectKey>[]) => void;
  readonly release: (application: string) => void;
}

interface Watching {
  readonly wish: string;
  readonly stop: AbortController;
}

export interface SecretWatchOptions {
  readonly startInformer: StartInformer;
  readonly onChange: (application: string) => void;
  /** Ends all watches. */
  readonly signal: AbortSignal;
}

export function createSecretWatch(options: SecretWatchOptions): SecretWatch {
  const watching = new Map<string, Watching>();

  function start(application: string, secrets: readonly Required<ObjectKey>[], signal: AbortSignal): void {
    for (const namespace of new Set(secrets.map((secret) => secret.namespace))) {
      const names = new Set(secrets.filter((secret) => secret.namespace === namespace).map(({ name }) => name));
      const informer = options.startInformer(
        {
          type: secretType,
          selection: { namespace, metadataOnly: true },
          project: ({ metadata }) => (names.has(metadata.name) ? metadata.resourceVersion : undefined),
        },
        signal,
      );
      informer.synced.catch(() => {});
      informer.subscribe(() => options.onChange(application));
    }
  }

  function release(application: string): void {
    watching.get(application)?.stop.abort(new DOMException('the barrier is open', 'AbortError'));
    watching.delete(application);
  }

  return {
    watch: (application, secrets) => {
      const wish = JSON.stringify(secrets.map(({ namespace, name }) => `${namespace}/${name}`).toSorted());
      if (watching.get(application)?.wish === wish) return;
      release(application);
      const stop = new AbortController();
      watching.set(application, { wish, stop });
      start(application, secrets, AbortSignal.any([options.signal, stop.signal]));
    },
    release,
  };
}
