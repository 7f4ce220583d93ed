import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SourceError } from './source-error.ts';

/** What a repository's address is. */
export type GitUrl =
  | ({ readonly kind: 'https'; readonly url: string } & GitServer)
  | { readonly kind: 'file'; readonly url: string; readonly path: string }
  /** The URL names a user: `git` where nobody is named. */
  | ({ readonly kind: 'ssh'; readonly url: string } & GitServer);

/** Who is asked for a repository. */
export interface GitServer {
  /** In lower case; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const scpLike = /^(?:([^@/\s:]+)@)?([^/\s:@[\]]+):(?!\/\/)(.+)$/;
/** What ssh could take for an option, or a shell for more than a word, is the name of no user and no host. */
const userName = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/;
const hostName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/;

/**
 * Understands an address as Git does: https, ssh, file, scp-like (`git@host:org/repo.git`) and absolute or `./` paths. An https
 * address with anything before an `@` is refused, user names too: many hosts take a token there.
 * @throws SourceError `invalid` or `unsupported`; the message holds no credentials
 */
export function parseGitUrl(text: string): GitUrl {
  const parsed = parseAddress(text);
  if (parsed.kind === 'https') {
    const { username, password, host, pathname } = new URL(parsed.url);
    // it would stand in process lists, logs and statuses
    if (username !== '' || password !== '') {
      throw new SourceError('invalid', `credentials do not belong in an Application: a token or user name in the URL is refused; write https://${host}${pathname}`);
    }
  }
  return parsed;
}

function parseAddress(text: string): GitUrl {
  // oxlint-disable-next-line no-control-regex
  if (text === '' || text.startsWith('-') || /[\s\u0000-\u001f\u007f]/.test(text)) throw new SourceError('invalid', 'not an address of a Git repository');
  // `ext::sh -c …` and its like run a program
  if (/^[a-z0-9+.-]+::/i.test(text)) throw new SourceError('unsupported', 'remote helpers (::) are not run');
  if (/^\.{0,2}\//.test(text)) return fromPath(text);
  if (!text.includes('://')) {
    const [, user = 'git', host = '', path = ''] = scpLike.exec(text) ?? [];
    if (path !== '') return sshAddress({ user, host, port: 22, url: `${user}@${host}:${path}`, path });
    throw new SourceError('invalid', 'not an address of a Git repository; paths start with / or ./');
  }
  return fromUrl(text);
}

function fromPath(text: string): GitUrl {
  const path = resolve(text);
  return { kind: 'file', url: path, path };
}

function fromUrl(text: string): GitUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new SourceError('invalid', 'not a valid URL');
  if (url.search !== '' || url.hash !== '') throw new SourceError('invalid', "a repository's URL has no ? or #");
  switch (url.protocol) {
    case 'https:':
      // as it is understood here: nothing may read another host out of it
      return { kind: 'https', url: url.href, host: bare(url.hostname), port: Number(url.port || 443) };
    case 'ssh:':
    case 'git+ssh:':
      return fromSshUrl(url);
    case 'file:':
      if (url.host !== '' && url.host !== 'localhost') throw new SourceError('invalid', 'a file URL names no host: file:///path');
      return { kind: 'file', url: text, path: pathOfFileUrl(url.pathname) };
    default:
      throw new SourceError('unsupported', `${url.protocol.slice(0, 20)} repositories are not read; use https or ssh`);
  }
}

function fromSshUrl(url: URL): GitUrl {
  if (url.password !== '') throw new SourceError('invalid', 'a password does not belong in the URL of a repository; ssh takes the sshPrivateKey of a repository Secret');
  const user = decodedUser(url.username) || 'git';
  const port = Number(url.port || 22);
  const authority = `${user}@${url.hostname}${url.port === '' ? '' : `:${port}`}`;
  return sshAddress({ user, host: bare(url.hostname), port, url: `ssh://${authority}${url.pathname}`, path: url.pathname });
}

interface SshParts extends GitServer {
  readonly user: string;
  readonly url: string;
  readonly path: string;
}

function sshAddress({ user, host, port, url, path }: SshParts): GitUrl {
  if (!userName.test(user)) throw new SourceError('invalid', 'the user in the address of a repository is none');
  if (isIP(host) === 0 && !hostName.test(host)) throw new SourceError('invalid', 'the host in the address of a repository is none');
  if (path.startsWith('-')) throw new SourceError('invalid', 'the path of a repository does not begin with a hyphen');
  return { kind: 'ssh', url, host: host.toLowerCase(), port };
}

function decodedUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SourceError('invalid', 'not a valid URL');
  }
}

/** URLs hold addresses of IPv6 in brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function pathOfFileUrl(pathname: string): string {
  try {
    return fileURLToPath(`file://${pathname}`);
  } catch {
    throw new SourceError('invalid', 'not a valid file URL');
  }
}

/**
 * The same text for every spelling of one repository: scp-like, ssh and https, with or without `.git`, whatever the case of the
 * host. Credentials are passed over: the remotes of a clone may hold some. Undefined for what is no address.
 */
export function normaliseGitUrl(text: string): string | undefined {
  try {
    const parsed = parseAddress(text);
    if (parsed.kind === 'file') return `file:${trimmed(parsed.path)}`;
    const scp = parsed.kind === 'ssh' && !parsed.url.includes('://') ? scpLike.exec(parsed.url) : null;
    if (scp !== null) return `${(scp[2] ?? '').toLowerCase()}/${trimmed(scp[3] ?? '')}`;
    // WHATWG URLs keep the case of hosts of schemes they do not know
    const url = new URL(parsed.url);
    const host = (parsed.kind === 'ssh' ? url.hostname : url.host).toLowerCase();
    return `${host}/${trimmed(url.pathname)}`;
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

function trimmed(path: string): string {
  return path.replace(/^\/+/, '').replace(/\/+$/, '').replace(/\.git$/, '').replace(/\/+$/, '');
}

/** Takes user names, passwords and query strings out of every URL in a text. */
export function redactUrl(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/'"]*@/gi, '$1').replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s?'"]*)\?[^\s'"]*/gi, '$1');
}
