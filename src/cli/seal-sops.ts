import { randomBytes } from 'node:crypto';
import { systemClock } from '../lib/clock.ts';
import { encryptSops } from '../seal/sops/encrypt-sops.ts';

export interface SealSopsOptions {
  /** age recipients, as given on the command line: each may hold several, separated by commas or line breaks, with `#` before a comment. */
  readonly recipients: readonly string[];
  /** Names whose values are encrypted; those of a Secret where absent. */
  readonly encryptedRegex?: string;
}

/**
 * `prelude seal --sops`: encrypts the values of a file of manifests so that SOPS, and Prelude, read it. Needs no cluster and no network.
 * @throws SopsError, whose message quotes nothing of the file
 */
export function sealSops(content: Uint8Array, { recipients, encryptedRegex }: SealSopsOptions): Promise<string> {
  const named = recipients.flatMap((text) => text.split(/[,\n]/).map((line) => line.replace(/#.*/, '').trim())).filter((line) => line !== '');
  return encryptSops(content, { recipients: named, now: systemClock.now(), randomBytes, ...(encryptedRegex === undefined ? {} : { encryptedRegex }) });
}
