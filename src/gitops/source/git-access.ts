import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { authorizationOf, hideCredential } from './credentials/authorization.ts';
import { hostKeysOf, untoldHostKeys } from './credentials/known-hosts.ts';
import type { InstallationTokens } from './credentials/installation-tokens.ts';
import type { RepositoryCredential } from './credentials/repository-credential.ts';
import type { RepositoryCredentials } from './credentials/repository-credentials.ts';
import { shippedHostKeys } from './credentials/shipped-host-keys.ts';
import type { GitServer, GitUrl } from './git-url.ts';
import { addressesOf, type HostRules, strictHosts } from './reachable-host.ts';
import { isSourceError, SourceError } from './source-error.ts';
import { sshCommand, sshHostAlias } from './ssh-command.ts';

/** How one run of git reaches a server. */
export interface GitAccess {
  /** The credential stands there alone: what is in a process's environment, only its own user can read. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the credential out of what git says. */
  readonly hide: (said: string) => string;
}

export interface GitAccessOptions {
  /** Absent: nobody's, only what anybody may read is read. */
  readonly credentials?: RepositoryCredentials;
  /** Absent: nothing is read as a GitHub App. */
  readonly installationTokens?: InstallationTokens;
  /** Absent: no server on this machine, no link-local or metadata address. */
  readonly hosts?: HostRules;
  /** A folder in memory, for keys that ssh takes as files only; absent: Linux's. */
  readonly memoryFolder?: string;
}

/**
 * Runs git with what it takes to reach the server of a repository: the addresses that may be connected to, the credential that is for it, and,
 * with ssh, the server's keys. Files with keys are gone when it ends.
 * @throws SourceError `denied` where a credential is missing, refused, or not right; what `run` throws
 */
export async function withGitAccess<T>(address: GitUrl, options: GitAccessOptions, run: (access: GitAccess) => Promise<T>, signal: AbortSignal): Promise<T> {
  if (address.kind === 'file') return run({ env: {}, hide: (said) => said });
  await options.credentials?.ready(signal);
  const credential = options.credentials?.find(address.url);
  if (credential?.problem !== undefined) throw new SourceError('denied', `${credential.name}: ${credential.problem}`);
  try {
    return await (address.kind === 'ssh' ? throughSsh(address, credential, options, run, signal) : asGithubApp(address, credential, options, run, signal));
  } catch (error) {
    if (!isSourceError(error, 'denied')) throw error;
    throw new SourceError('denied', `${error.message}; ${adviceFor(credential, options)}`, { cause: error });
  }
}

function adviceFor(credential: RepositoryCredential | undefined, { credentials }: GitAccessOptions): string {
  if (credential !== undefined) return `the credential is that of ${credential.name}`;
  return credentials === undefined ? 'no credentials are used here: give a clone with --repo URL=PATH' : 'no repository Secret is for this URL (label argocd.argoproj.io/secret-type)';
}

type Server = Extract<GitUrl, GitServer>;
type Run<T> = (access: GitAccess) => Promise<T>;

/** Reads with a token of the app, where the credential is one; a token that is refused is not used again. */
async function asGithubApp<T>(server: Server, credential: RepositoryCredential | undefined, options: GitAccessOptions, run: Run<T>, signal: AbortSignal): Promise<T> {
  const githubApp = credential?.githubApp;
  if (credential === undefined || githubApp === undefined) return throughHttps(server, credential, options, run, signal);
  const { installationTokens: tokens } = options;
  if (tokens === undefined) throw new SourceError('denied', 'nothing is read as a GitHub App here: give a clone with --repo URL=PATH');
  const app = { ...credential, githubApp };
  // as it is written: names in a path of the API have the case that they have
  const repository = new URL(server.url).pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '');
  const login = { username: SecretBytes.fromUtf8('x-access-token'), password: await tokens.get(app, repository, signal) };
  try {
    return await throughHttps(server, { ...credential, login }, options, run, signal);
  } catch (error) {
    if (isSourceError(error, 'denied')) tokens.forget(app, repository);
    throw error;
  }
}

async function throughHttps<T>({ url, host, port }: Server, credential: RepositoryCredential | undefined, { hosts = strictHosts, memoryFolder }: GitAccessOptions, run: Run<T>, signal: AbortSignal): Promise<T> {
  const { origin } = new URL(url);
  const addresses = await addressesToUse(host, hosts, signal);
  const settings: (readonly [string, string])[] = addresses.length === 0 ? [] : [['http.curloptResolve', `${host}:${port}:${addresses.map(bracketed).join(',')}`]];
  const header = credential === undefined ? undefined : authorizationOf(credential);
  // to this server only; redirects are not followed at all
  if (header !== undefined) settings.push([`http.${origin}/.extraHeader`, `Authorization: ${header}`]);
  const certificate = credential?.clientCertificate;
  const hide = (said: string): string => hideCredential(said, credential);
  if (certificate === undefined) return run({ env: configuration(settings), hide });
  return withKeyFiles({ 'client.crt': certificate.cert, 'client.key': certificate.key }, memoryFolder, (folder) => {
    const files = [[`http.${origin}/.sslCert`, join(folder, 'client.crt')], [`http.${origin}/.sslKey`, join(folder, 'client.key')]] as const;
    return run({ env: configuration([...settings, ...files]), hide: (said) => hide(said).replaceAll(folder, '…') });
  });
}

/** The addresses that git must connect to; none where it has no choice, or where only a proxy knows the name. */
async function addressesToUse(host: string, hosts: HostRules, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const addresses = await addressesOf(host, hosts, signal);
    return isIP(host) === 0 ? addresses : [];
  } catch (error) {
    // NO_PROXY may keep this server from the proxy, so that a name that means something here is looked at all the same
    if (hosts.isProxied === true && isSourceError(error, 'unavailable')) return [];
    throw error;
  }
}

async function throughSsh<T>(server: Server, credential: RepositoryCredential | undefined, { credentials, hosts = strictHosts, memoryFolder }: GitAccessOptions, run: Run<T>, signal: AbortSignal): Promise<T> {
  const key = credential?.sshPrivateKey;
  if (key === undefined) throw new SourceError('denied', 'ssh needs the sshPrivateKey of a repository Secret');
  const [address] = await addressesOf(server.host, hosts, signal);
  if (address === undefined) throw new SourceError('unavailable', `the name ${server.host} has no address`);
  const pins = hostKeysOf([credential?.knownHosts ?? '', credentials?.knownHosts() ?? '', shippedHostKeys], server);
  if (pins.length === 0) throw new SourceError('denied', unknownHost(server));
  const knownHosts = pins.map((pin) => `${sshHostAlias} ${pin}\n`).join('');
  return withKeyFiles({ key: withLineEnd(key), known_hosts: knownHosts }, memoryFolder, (folder) => {
    const command = sshCommand({ key: join(folder, 'key'), knownHosts: join(folder, 'known_hosts') }, address);
    return run({ env: { GIT_SSH_COMMAND: command, GIT_SSH_VARIANT: 'ssh' }, hide: (said) => hideCredential(said, credential).replaceAll(folder, '…') });
  });
}

function unknownHost(server: GitServer): string {
  return `${untoldHostKeys(server)}, and put the lines into known_hosts of the repository Secret, or into ssh_known_hosts of ConfigMap argocd-ssh-known-hosts-cm`;
}

/** Where Linux keeps files in memory. */
const linuxMemory = '/dev/shm';

/** Files that only this user can read, in memory, for as long as something runs. */
async function withKeyFiles<T>(files: Readonly<Record<string, string | SecretBytes>>, memoryFolder = linuxMemory, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(memoryFolder, 'prelude-git-')).catch((error: unknown) => {
    throw new SourceError('unavailable', `keys need a folder in memory, and ${memoryFolder} is not there or cannot be written to`, { cause: error });
  });
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), typeof content === 'string' ? content : content.reveal(), { mode: 0o600 });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** ssh takes no key whose last line does not end, and none with the line ends of Windows. */
function withLineEnd(key: SecretBytes): string {
  return `${Buffer.from(key.reveal()).toString('utf8').replaceAll('\r\n', '\n').trimEnd()}\n`;
}

/** Configuration that stands in no argument list. */
function configuration(settings: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const entries = settings.flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value]] as const);
  return settings.length === 0 ? {} : { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(entries) };
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
