import { sealedSecretReasons, type SealedSecret, type UnsealRecord } from '../../api/sealed-secret.ts';
import { formatErrors } from '../../api/schema.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { Observed, TargetHead } from './observe.ts';
import { notManaged, stalled } from './outcomes.ts';

export type Decision =
  /** It is on its way out: the garbage collector takes its Secret. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'report'; readonly outcome: Outcome }
  /** Nothing has changed since it was unsealed. */
  | { readonly kind: 'rest'; readonly record: UnsealRecord }
  /** The Secret has changed: whether its values have too, it must be read for. */
  | { readonly kind: 'compare'; readonly sealedSecret: SealedSecret; readonly record: UnsealRecord }
  | { readonly kind: 'unseal'; readonly sealedSecret: SealedSecret };

/** Decides what is to be done for one SealedSecret: as little as can be known to be enough. */
export function decide({ entry, target, record }: Observed): Decision {
  if (entry.metadata.deletionTimestamp !== undefined) return { kind: 'ignore' };
  if (!entry.parsed.ok) return { kind: 'report', outcome: stalled(sealedSecretReasons.notUnsealed, formatErrors(entry.parsed.errors)) };
  const sealedSecret = entry.parsed.value;
  if (record === undefined) return mayWrite(target, sealedSecret) ? { kind: 'unseal', sealedSecret } : { kind: 'report', outcome: notManaged(entry.metadata.name) };
  if (target === undefined) return record.hold === 'kept' ? { kind: 'unseal', sealedSecret } : { kind: 'rest', record };
  if (target.version === record.secret) return { kind: 'rest', record };
  return { kind: 'compare', sealedSecret, record };
}

/**
 * Whether a Secret may be written, as far as its head shows. One that nobody controls may turn out to be ours: it was made without an
 * owner, as the template asks, which stands in what is not kept of it.
 */
function mayWrite(target: Pick<TargetHead, 'controller' | 'managed' | 'patch'> | undefined, { metadata }: SealedSecret): boolean {
  return target === undefined || target.controller === metadata.uid || target.managed || target.patch || target.controller === undefined;
}
