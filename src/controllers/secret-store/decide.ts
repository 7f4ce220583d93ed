import { storeReasons } from '../../api/names.ts';
import { formatErrors } from '../../api/schema.ts';
import type { SecretStore } from '../../api/secret-store.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import type { Validation } from '../../provider/contract.ts';
import type { ProviderError } from '../../provider/provider-error.ts';
import type { StoreHandle } from '../../provider/store-reader.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { allowedKeysProblem } from '../../secret/allowed-keys.ts';
import { servesStore } from '../../secret/store-access.ts';
import { storeHandle } from '../../secret/store-handle.ts';

export type StoreEntry = ParsedObject<SecretStore>;

export type Decision =
  /** Another controller's, or on its way out. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'report'; readonly outcome: Outcome }
  /** `interval`: milliseconds until the store is to be validated again. */
  | { readonly kind: 'validate'; readonly store: StoreHandle; readonly interval: number };

export interface DecideOptions {
  readonly controllerClass: string;
  /** Milliseconds between validations of a store that does not say. */
  readonly requeueInterval: number;
}

/** Decides what is to be done for one store. */
export function decide({ metadata, parsed }: StoreEntry, { controllerClass, requeueInterval }: DecideOptions): Decision {
  if (metadata.deletionTimestamp !== undefined) return { kind: 'ignore' };
  if (!parsed.ok) return { kind: 'report', outcome: invalid(`invalid store: ${formatErrors(parsed.errors)}`) };
  if (!servesStore(controllerClass, parsed.value)) return { kind: 'ignore' };
  const problem = allowedKeysProblem(metadata);
  if (problem !== undefined) return { kind: 'report', outcome: invalid(`invalid store: ${problem}`) };
  return { kind: 'validate', store: storeHandle(parsed.value), interval: parsed.value.spec.refreshInterval ?? requeueInterval };
}

/** What a validation that did not fail says about the store. */
export function judge(validation: Validation, interval: number): Outcome {
  const verdict =
    validation === 'valid'
      ? { reason: storeReasons.valid, message: 'store validated' }
      : { reason: storeReasons.unknown, message: 'could not determine validation status' };
  return { kind: 'synced', ...verdict, requeueAfter: interval };
}

/**
 * What a failed validation says about the store. Credentials that are refused may be given rights tomorrow, and a service that is
 * away comes back: both are tried again. What is wrong in the store itself waits for a change of it or of its credentials.
 */
export function judgeFailure({ kind, message, retryAfter }: ProviderError): Outcome {
  const text = `unable to validate store (${kind}): ${message}`;
  if (kind === 'invalid' || kind === 'unsupported') return invalid(text);
  return { kind: 'failed', reason: storeReasons.invalid, message: text, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function invalid(message: string): Outcome {
  return { kind: 'stalled', reason: storeReasons.invalid, message };
}
