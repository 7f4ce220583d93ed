import type { SecretBytes } from '../lib/secret-bytes.ts';
import { ProviderError } from './provider-error.ts';

/** The text of a credential as it was pasted: blanks and line breaks around it are not a part of it. */
export function credentialText(secret: SecretBytes): string {
  return Buffer.from(secret.reveal()).toString('utf8').trim();
}

/**
 * The text of a token that goes into a header.
 * @param field where the configuration names it, for the message
 * @throws ProviderError `invalid` where it cannot be in a header; it is not quoted
 */
export function headerToken(secret: SecretBytes, field: string): string {
  const text = credentialText(secret);
  if (/^[!-~]+$/.test(text)) return text;
  throw new ProviderError('invalid', `the token is ${text === '' ? 'empty' : 'not plain text without spaces'}; check the Secret that ${field} names`);
}

/**
 * A pushed value as text, for services that keep no bytes.
 * @throws ProviderError `invalid` where it is no UTF-8
 */
export function pushedText(value: SecretBytes, service: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.reveal());
  } catch {
    throw new ProviderError('invalid', `the value to push is no UTF-8 text, and ${service} keeps only text; encode it, e.g. with the template function b64enc`);
  }
}
