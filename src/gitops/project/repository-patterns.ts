import { compileGlob, type Glob } from '../../lib/glob.ts';

/** Whether a project lets its Applications read a repository, by its address as the Application writes it. */
export type AllowsRepository = (repoURL: string) => boolean;

/** `git@host:org/repo.git` */
const scpLike = /^([^@/\s:]+)@([^/\s:@[\]]+):(?!\/\/)(.+)$/;
const withScheme = /^(git\+)?([a-z][a-z0-9.-]*):\/\/([^/]*)(.*)$/i;

/** What is in front of the host is told by Git, what a port is good for by the scheme. */
const usualPorts: Readonly<Record<string, string>> = { https: ':443', http: ':80', ssh: ':22' };

/**
 * One spelling of an address, or of a pattern of addresses: scp-like ones as ssh://, the host in lower case, no port that is the usual one,
 * no `.git` and no slash at the end; `oci://` is left out, as Argo CD has it. (Source: Argo CD's NormalizeGitURL, which also takes the case of the path away.)
 */
function canonical(text: string): string {
  const [, user, host, path] = scpLike.exec(text) ?? [];
  const url = user === undefined ? text : `ssh://${user}@${host ?? ''}/${(path ?? '').replace(/^\/+/, '')}`;
  const [, , scheme = '', authority = '', rest = ''] = withScheme.exec(url) ?? [];
  const whole = scheme === '' ? url : `${scheme.toLowerCase()}://${withoutPort(scheme.toLowerCase(), lowerHost(authority))}${rest}`;
  return whole.replace(/^oci:\/\//, '').replace(/\/+$/, '').replace(/\.git$/, '');
}

function lowerHost(authority: string): string {
  const at = authority.lastIndexOf('@');
  return authority.slice(0, at + 1) + authority.slice(at + 1).toLowerCase();
}

function withoutPort(scheme: string, authority: string): string {
  const port = usualPorts[scheme];
  return port !== undefined && authority.endsWith(port) ? authority.slice(0, -port.length) : authority;
}

/**
 * What the repository is called, whoever asks and however: host and path in lower case, for there are servers that take the case of a path for
 * nothing. By it a pattern takes away.
 */
function bare(canonicalText: string): string {
  return canonicalText.replace(/^[^/]*:\/\//, '').replace(/^[^/@]*@/, '').replace(/^([^/:]*):\d+/, '$1').toLowerCase();
}

/** It reads like one place and leads to another: `a/../b`, its escaped forms, and backslashes. */
function isDevious(repoURL: string): boolean {
  let decoded = repoURL;
  try {
    decoded = decodeURIComponent(repoURL);
  } catch {
    // what is no escape stands for itself
  }
  const path = decoded.replace(/^[^/]*:\/\//, '').replace(/^[^/]*?:/, '/');
  return /\\/.test(decoded) || /%2f|%5c|%00/i.test(repoURL) || path.split('/').some((step) => step === '..' || step === '.') || /[?#\s]/.test(decoded);
}

/** The repository that a command was given. The controller knows none of that name and refuses it. */
const atHand = '.';

/**
 * Compiles `sourceRepos`: some pattern allows the address, and none that begins with `!` takes it away. `*` stays within one step of the path,
 * `**` crosses, and `*` alone is everything, as in Argo CD. Stricter than there: a pattern allows only the very path, by case too, and takes it
 * away in whatever spelling; an address that leads elsewhere than it reads is allowed by `*` alone.
 */
export function compileRepositories(patterns: readonly string[]): AllowsRepository {
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!'));
  const isAll = allowed.includes('*');
  const hits = allowed.map((pattern) => globOf(canonical(pattern)));
  const takers = patterns.flatMap((pattern) => (pattern.startsWith('!') ? [globOf(bare(canonical(pattern.slice(1))))] : []));
  return (repoURL) => {
    if (repoURL === atHand) return true;
    if (isDevious(repoURL)) return isAll && takers.length === 0;
    const address = canonical(repoURL);
    if (takers.some((takes) => takes(bare(address)))) return false;
    return isAll || hits.some((hit) => hit(address));
  };
}

/** A pattern that is no glob was refused as the project was parsed. */
function globOf(pattern: string): Glob {
  return compileGlob(pattern, '/') ?? (() => false);
}
