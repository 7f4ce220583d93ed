import type { SecretBytes } from './secret-bytes.ts';
import { signJwt } from './sign-jwt.ts';

/**
 * The token with which a GitHub App says who it is. GitHub takes none that is valid for more than ten minutes, and clocks differ: ten seconds
 * back, five minutes on.
 * @param now milliseconds since the epoch
 * @throws SigningKeyError
 */
export function githubAppJwt(appId: string, privateKey: SecretBytes, now: number): string {
  const seconds = Math.floor(now / 1000);
  return signJwt({ iss: appId, iat: seconds - 10, exp: seconds + 300 }, Buffer.from(privateKey.reveal()).toString('utf8'));
}
