import { keyOf } from '../../api/object.ts';
import { sealedSecretAnnotations, sealedSecretReasons, type SealedSecret, type UnsealRecord } from '../../api/sealed-secret.ts';
import { secretType } from '../../kube/resource-types.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import { type ActOptions, applyTarget } from './act.ts';
import { decide } from './decide.ts';
import { observe, type Observed, type ObserveOptions, type SealedSecretEntry, versionOf } from './observe.ts';
import { failed, noteOf, notManaged, stalled, unsealed, unsealedNote } from './outcomes.ts';
import { type Hold, holdOf, isMetadataRight, type WholeSecret, wholeSecret } from './target-secret.ts';
import { unseal, type UnsealOptions } from './unseal.ts';
import { contentCode, isProven, proven } from './unseal-record.ts';

export interface ReconcileOptions extends ObserveOptions, UnsealOptions, ActOptions {}

/** Observe, decide, act: one SealedSecret. Undefined: there is nothing to report. */
export async function reconcileSealedSecret(entry: SealedSecretEntry, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const observed = observe(entry, options);
  const decision = decide(observed);
  switch (decision.kind) {
    case 'ignore':
      return undefined;
    case 'report':
      return conclude(observed, { outcome: decision.outcome }, options);
    case 'rest':
      return rest(observed, decision.record, options);
    case 'compare':
      return compare(observed, decision, options, signal);
    case 'unseal':
      return unsealAll(observed, decision.sealedSecret, options, signal);
  }
}

/** The status says already what it should, unless an earlier attempt could not write it. */
function rest(observed: Observed, record: UnsealRecord, options: ReconcileOptions): Reconciled {
  options.memory.keep(observed.entry.metadata.uid ?? '', record);
  return conclude(observed, { outcome: unsealed, ...statusOf(observed, record, options) }, options);
}

/** A record that was proven in the status stays as it is there: that the Secret has a newer version is no reason to write. */
function statusOf({ entry, inputs }: Observed, record: UnsealRecord, { keys }: ReconcileOptions): Pick<Reconciled, 'status'> {
  const written = entry.parsed.ok ? entry.parsed.value.status.unsealed : undefined;
  return written !== undefined && isProven(written, inputs, keys.ring().keys) ? {} : { status: { unsealed: record } };
}

/** Reads the Secret: somebody wrote it. Where its values and what we put around them are as they were, nothing is opened and nothing written. */
async function compare(observed: Observed, { sealedSecret, record }: { readonly sealedSecret: SealedSecret; readonly record: UnsealRecord }, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled> {
  const { inputs, entry } = observed;
  const object = await options.cluster.get(secretType, keyOf(entry), signal);
  const whole = object === undefined ? undefined : wholeSecret(object);
  const key = options.keys.ring().keys.find(({ certificate }) => certificate.fingerprint === record.by);
  const hold = whole === undefined ? undefined : holdOf(whole.live, sealedSecret);
  // another's stands there now: nothing need be opened to see that
  if (whole !== undefined && hold === undefined) return conclude(observed, { outcome: notManaged(entry.metadata.name) }, options);
  if (whole !== undefined && hold !== undefined && key !== undefined && isMetadataRight(whole.live, sealedSecret, describe(sealedSecret), hold)) {
    const isSame = contentCode(key, comparedData(whole, sealedSecret, hold)) === record.content;
    if (isSame) return rest(observed, proven({ ...record, secret: versionOf(whole.live.metadata) }, inputs, key), options);
  }
  return unsealAll(observed, sealedSecret, options, signal);
}

function describe({ spec: { template } }: SealedSecret): Parameters<typeof isMetadataRight>[2] {
  return { ...template, isOwned: template.annotations[sealedSecretAnnotations.skipOwner] !== 'true' };
}

/** All that is in it; of a Secret that is only added to, what we add. */
function comparedData({ values }: WholeSecret, { spec }: SealedSecret, hold: Hold): ReadonlyMap<string, SecretBytes> {
  if (hold === 'replace' || spec.data !== undefined) return values;
  return new Map([...values].filter(([name]) => Object.hasOwn(spec.encryptedData, name) || Object.hasOwn(spec.template.data, name)));
}

async function unsealAll(observed: Observed, sealedSecret: SealedSecret, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled> {
  const { inputs, target } = observed;
  const made = await unseal(sealedSecret, options.keys.ring(), options, signal);
  if (!made.ok) {
    const outcome = made.isBusy === true ? failed(sealedSecretReasons.notUnsealed, made.message) : stalled(sealedSecretReasons.notUnsealed, made.message);
    return conclude(observed, { outcome }, options);
  }
  const applied = await applyTarget(sealedSecret, made.content, target, options, signal);
  if (applied.kind === 'refused') return conclude(observed, { outcome: applied.outcome }, options);
  const key = options.keys.current();
  const events = applied.wrote ? [unsealedNote] : [];
  // without a key to vouch for it nothing is noted: the next start opens it anew
  if (key === undefined) return conclude(observed, { outcome: unsealed, events }, options);
  const record = proven({ secret: versionOf(applied.metadata), hold: applied.hold, keys: made.keys, content: contentCode(key, made.content.data) }, inputs, key);
  options.memory.keep(observed.entry.metadata.uid ?? '', record);
  return conclude(observed, { outcome: unsealed, status: { unsealed: record }, events }, options);
}

function conclude({ entry }: Observed, reconciled: Reconciled & { readonly outcome: Outcome }, { memory }: ReconcileOptions): Reconciled {
  memory.conclude(entry.metadata.uid ?? '', reconciled.outcome.kind);
  return { ...reconciled, events: [...(reconciled.events ?? []), ...noteOf(reconciled.outcome)] };
}
