import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** Access keys; temporary ones have a session token. */
export interface AwsKeys {
  readonly accessKeyId: SecretBytes;
  readonly secretAccessKey: SecretBytes;
  readonly sessionToken?: SecretBytes;
}

/** What the SDK takes for keys. @throws ProviderError `invalid` for keys that can be none */
export function sdkKeys({ accessKeyId, secretAccessKey, sessionToken }: AwsKeys) {
  return {
    accessKeyId: textOf(accessKeyId, 'access key id'),
    secretAccessKey: textOf(secretAccessKey, 'secret access key'),
    ...(sessionToken === undefined ? {} : { sessionToken: textOf(sessionToken, 'session token') }),
  };
}

/** Access keys are pasted from files: a line break at the end is not a part of them. What can be no access key can be no header either. */
function textOf(secret: SecretBytes, what: string): string {
  const text = Buffer.from(secret.reveal()).toString('utf8').trim();
  if (/^[!-~]+$/.test(text)) return text;
  throw new ProviderError('invalid', `the ${what} is ${text === '' ? 'empty' : 'not plain text without spaces'}; check the Secret that auth.secretRef names`);
}
