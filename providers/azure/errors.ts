import { statusError } from '../../src/provider/ask.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { VaultFailure } from './vault-failure.ts';

/**
 * What a failed call to a vault means.
 * - `absent`: the vault says that it has no such object or version
 * - `failed`: anything else
 */
export interface Failure {
  readonly meaning: 'absent' | 'failed';
  /** What to tell. Messages are ours, in constant words: what a vault says is never passed on, nor kept as a cause. */
  readonly error: ProviderError;
}

const service = 'Azure Key Vault';
const absent = new Set(['SecretNotFound', 'KeyNotFound', 'CertificateNotFound']);
const disabled = new Set(['SecretDisabled', 'KeyDisabled', 'CertificateDisabled', 'CertDisabled']);

/** What may be told of a 403 beyond that it is one. */
const denials: Readonly<Record<string, string>> = {
  ForbiddenByRbac: 'give the identity a role on the vault, like Key Vault Secrets User',
  ForbiddenByPolicy: "allow it in the vault's access policies",
  AccessDenied: "allow it in the vault's access policies",
  ForbiddenByFirewall: "the vault's firewall does not let this network in",
  ForbiddenByConnection: "the vault's network rules do not let this connection in",
};

/** States in which a name can be neither written nor read. */
const conflicts: Readonly<Record<string, { readonly kind: 'invalid' | 'unavailable'; readonly message: string }>> = {
  ObjectIsDeletedButRecoverable: { kind: 'invalid', message: 'the name belongs to an object that is deleted but can be recovered; recover or purge it' },
  ObjectIsBeingDeleted: { kind: 'unavailable', message: 'the object of this name is being deleted' },
  ObjectIsBeingRecovered: { kind: 'unavailable', message: 'the object of this name is being recovered' },
};

/** Translates what the SDK throws. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof ProviderError) return { meaning: 'failed', error: thrown };
  if (thrown instanceof VaultFailure) return failureOfAnswer(thrown);
  if (!(thrown instanceof Error)) return failed('unavailable', `${service} failed unexpectedly`);
  // the SDK has one name for all of its errors; its challenges are told apart by how their messages begin
  if (thrown.message.startsWith('The challenge')) {
    return failed('invalid', "the vault asks for a token of another service than its address belongs to, so it gets none; check vaultUrl and environmentType");
  }
  if ('statusCode' in thrown && thrown.statusCode === 401) return failed('denied', `${service} refuses the token (HTTP 401); check that the identity is of the vault's tenant`);
  return failed('unavailable', `the vault does not answer as ${service} does`);
}

function failureOfAnswer({ statusCode: status, codes, retryAfter }: VaultFailure): Failure {
  const known = codes.find((code) => absent.has(code) || disabled.has(code) || Object.hasOwn(denials, code) || Object.hasOwn(conflicts, code)) ?? '';
  const told = known === '' ? `(HTTP ${status})` : `(${known})`;
  if (status === 404) {
    return absent.has(known) ? { meaning: 'absent', error: new ProviderError('invalid', `${service} has no such object ${told}`) } : failed('unavailable', `the vault does not answer as ${service} does ${told}`);
  }
  if (status === 403 && disabled.has(known)) return failed('denied', `the object or version is disabled ${told}; enable it in the vault`);
  if (status === 403) return failed('denied', `${service} denies it ${told}; ${denials[known] ?? 'allow it to the identity'}`);
  const conflict = conflicts[known];
  if (status === 409 && conflict !== undefined) return failed(conflict.kind, `${conflict.message} ${told}`);
  if (status === 409) return failed('unavailable', `${service} says that another operation is under way ${told}`);
  if (status === 413) return failed('invalid', `the value is larger than ${service} takes ${told}`);
  return { meaning: 'failed', error: statusError({ status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } }, { service, advice: 'check the identity' }) };
}

function failed(kind: ProviderError['kind'], message: string): Failure {
  return { meaning: 'failed', error: new ProviderError(kind, message) };
}
