import type { ExternalSecret } from '../../api/external-secret.ts';
import { provenanceAnnotation } from '../../api/names.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { parseProvenance } from '../../secret/provenance.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { findOlder, type ReadVersions, readVersions } from '../../secret/version-order.ts';
import { type ExternalSecretEntry, liveTarget, type ObserveOptions } from './observe.ts';
import { failed } from './outcomes.ts';

/** For how long a provider may lag behind itself: what is older for longer was made anew, or rolled back. */
const longestLag = 600_000;
/** Milliseconds until the provider is asked again. */
const retryAfter = 60_000;

/** What is about to be written. */
interface Reading {
  readonly entry: ExternalSecretEntry;
  readonly decision: { readonly externalSecret: ExternalSecret; readonly provider: string };
}

/**
 * Keeps an older version of a value from taking the place of a newer one, as a replica answers that has not heard of the last write. A
 * changed spec, a changed store and a refresh that is asked for are wishes for what is there now. What the Secret itself tells counts
 * after a restart, until then what was read.
 */
export function holdBack({ entry, decision }: Reading, versions: ReadVersions, options: ObserveOptions): Outcome | undefined {
  const { memory, clock } = options;
  const { externalSecret, provider } = decision;
  const { uid = '' } = entry.metadata;
  const last = memory.lastSync(uid);
  const synced = last?.version ?? externalSecret.status.syncedResourceVersion;
  const isWish = synced !== resourceVersionOf(entry.metadata) || (last?.provider !== undefined && last.provider !== provider);
  const told = liveTarget(externalSecret, options)?.metadata.annotations?.[provenanceAnnotation];
  const before = memory.versions(uid) ?? readVersions(externalSecret.spec, parseProvenance(told ?? '') ?? new Map());
  const older = isWish ? undefined : findOlder(versions, before);
  if (older === undefined) {
    memory.forgetLag(uid);
    return undefined;
  }
  const now = clock.monotonic();
  if (now - memory.lagsSince(uid, now) >= longestLag) return undefined;
  const { store, key, is, was } = older;
  const message = `${store} answers version ${is} of ${JSON.stringify(key)}, which is older than version ${was} that was read before: it is not taken before it has stood for ${longestLag / 60_000} minutes, unless the annotation force-sync is changed`;
  return failed(message, retryAfter);
}
