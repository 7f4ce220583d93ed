import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { ed25519Pair, privateKeyPem, publicKeyLine } from '../../../providers/local/open-ssh-key.ts';
import { parseGitUrl } from '../../gitops/source/git-url.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';

/** A pair of SSH keys that reads one repository. */
export interface DeployKey {
  /** OpenSSH's own format, without a passphrase. */
  readonly privateKey: SecretBytes;
  /** The line of authorized_keys, without its end. */
  readonly publicKey: string;
}

const generate = promisify(generateKeyPair);

/** Makes an ed25519 pair. @param comment what the server's list shows of it; one line */
export async function makeDeployKey(comment: string): Promise<DeployKey> {
  const { x = '', d = '' } = (await generate('ed25519')).privateKey.export({ format: 'jwk' });
  const pair = ed25519Pair(Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url'));
  return { privateKey: SecretBytes.fromUtf8(privateKeyPem(pair, comment)), publicKey: publicKeyLine(pair, comment).trimEnd() };
}

/** Pages on which the large services take a deploy key, by host; `PATH` is the repository's. */
const pages: Readonly<Record<string, string>> = {
  'github.com': 'https://github.com/PATH/settings/keys/new',
  'gitlab.com': 'https://gitlab.com/PATH/-/settings/repository#js-deploy-keys-settings',
  'bitbucket.org': 'https://bitbucket.org/PATH/admin/access-keys/',
};

/** Where a deploy key for a repository is registered: a page, or in words. */
export function placeToRegister(repoURL: string): string {
  const address = parseGitUrl(repoURL);
  if (address.kind !== 'ssh') return 'the settings of the repository';
  const page = pages[address.host];
  const path = /^[^:]+:\/\//.test(address.url) ? new URL(address.url).pathname : address.url.slice(address.url.indexOf(':') + 1);
  return page === undefined ? `the deploy keys of the repository on ${address.host}` : page.replace('PATH', path.replace(/^\/+/, '').replace(/\.git$/, ''));
}
