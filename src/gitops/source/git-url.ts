import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SourceError } from './source-error.ts';

/** What a repository's address is. */
export type GitUrl =
  | { readonly kind: 'https'; readonly url: string }
  | { readonly kind: 'file'; readonly url: string; readonly path: string }
  /** Understood, so that it can be compared with a remote; not fetched by this version. */
  | { readonly kind: 'ssh'; readonly url: string };

const scpLike = /^(?:[^@/\s:]+@)?([^/\s:@[\]]+):(?!\/\/)(.+)$/;

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
    if (scpLike.test(text)) return { kind: 'ssh', url: text };
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
      return { kind: 'https', url: text };
    case 'ssh:':
    case 'git+ssh:':
      return { kind: 'ssh', url: text };
    case 'file:':
      if (url.host !== '' && url.host !== 'localhost') throw new SourceError('invalid', 'a file URL names no host: file:///path');
      return { kind: 'file', url: text, path: pathOfFileUrl(url.pathname) };
    default:
      throw new SourceError('unsupported', `${url.protocol.slice(0, 20)} repositories are not read; use https`);
  }
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
    if (scp !== null) return `${(scp[1] ?? '').toLowerCase()}/${trimmed(scp[2] ?? '')}`;
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
