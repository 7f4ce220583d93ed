import { createHmac } from 'node:crypto';

/** What the values of Secrets are hashed with, so that a hash on a workload tells nobody a password that is easily guessed. */
export interface RolloutKey {
  /** Names the key, and says nothing of it. */
  readonly id: string;
  /** HMAC-SHA-256, shortened to 128 bits, as base64url. */
  readonly hash: (parts: readonly string[]) => string;
}

/** A key of the given bytes. */
export function rolloutKey(bytes: Uint8Array): RolloutKey {
  const digest = (parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', bytes);
    // lengths keep two lists apart whose texts run together
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest().subarray(0, 16);
  };
  return { id: digest(['id']).subarray(0, 6).toString('base64url'), hash: (parts) => digest(['of', ...parts]).toString('base64url') };
}
