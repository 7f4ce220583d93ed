import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../../provider/same-secret.ts';

/**
 * Whether a header holds the HMAC-SHA256 of a body by one of the keys, in hexadecimal digits: `sha256=…` of GitHub and Bitbucket, the digits
 * alone of Gitea. Every key is tried, whichever fits.
 */
export function isSignedBy(header: string, body: Uint8Array, keys: readonly Uint8Array[]): boolean {
  const given = header.replace(/^sha256=/, '').toLowerCase();
  const fits = keys.map((key) => isSameSecret(given, createHmac('sha256', key).update(body).digest('hex')));
  return fits.includes(true);
}
