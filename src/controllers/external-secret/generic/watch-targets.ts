import type { ExternalSecret } from '../../../api/external-secret.ts';
import type { ObjectKey } from '../../../api/object.ts';
import type { ParsedObject } from '../../../api/parsed-object.ts';
import type { Informer } from '../../../kube/informer.ts';
import { targetName } from '../../../secret/provides.ts';
import type { TargetKindsOptions } from './target-kinds.ts';
import { TargetKinds } from './target-kinds.ts';

export interface WatchedTargets {
  readonly targets: TargetKinds;
  /** Ends all watches. */
  readonly stop: () => void;
}

/** Watches the kinds that ExternalSecrets make beside Secrets, and wakes those whose targets have changed. */
export function watchTargets(externalSecrets: Informer<ParsedObject<ExternalSecret>>, options: Omit<TargetKindsOptions, 'signal' | 'wake'>, enqueue: (key: ObjectKey) => void): WatchedTargets {
  const end = new AbortController();
  const wake = (keys: Iterable<ObjectKey>): void => {
    for (const key of keys) enqueue(key);
  };
  const targets = new TargetKinds({ ...options, signal: end.signal, wake });
  const stop = externalSecrets.subscribe(({ key, current }) => targets.track(key, current?.parsed.ok === true ? targetOf(current.parsed.value) : undefined));
  return {
    targets,
    stop: () => {
      stop();
      end.abort(new DOMException('the controller has ended', 'AbortError'));
    },
  };
}

function targetOf(externalSecret: ExternalSecret): Parameters<TargetKinds['track']>[1] {
  const { manifest } = externalSecret.spec;
  return manifest === undefined ? undefined : { kind: manifest, name: targetName(externalSecret) };
}
