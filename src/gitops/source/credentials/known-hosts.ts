import { createHmac } from 'node:crypto';

/** A server, as known_hosts names it. */
interface Server {
  readonly host: string;
  readonly port: number;
}

interface Line {
  readonly hosts: string;
  readonly key: string;
  readonly isRevoked: boolean;
}

const form = /^(?:(@\S+)\s+)?(\S+)\s+([A-Za-z0-9@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s.*)?$/;

/**
 * The host keys that the first known_hosts file (sshd(8)) that knows a server holds for it, as `type key`. A key that any of the files revokes
 * is no key of it. Hashed names, wildcards and exceptions are understood, certificates (`@cert-authority`) are not.
 */
export function hostKeysOf(knownHosts: readonly string[], server: Server): readonly string[] {
  const files = knownHosts.map((text) => linesOf(text, server));
  const revoked = new Set(files.flat().filter(({ isRevoked }) => isRevoked).map(({ key }) => key));
  const keys = files.map((lines) => [...new Set(lines.map(({ key }) => key))].filter((key) => !revoked.has(key)));
  return keys.find(({ length }) => length > 0) ?? [];
}

function linesOf(text: string, server: Server): readonly Line[] {
  return text.split('\n').flatMap((line) => parseLine(line.trim()) ?? []).filter(({ hosts }) => names(hosts, server));
}

function parseLine(line: string): Line | undefined {
  if (line.startsWith('#')) return undefined;
  const [, marker = '', hosts = '', type = '', key = ''] = form.exec(line) ?? [];
  if (hosts === '' || (marker !== '' && marker !== '@revoked')) return undefined;
  return { hosts, key: `${type} ${key}`, isRevoked: marker === '@revoked' };
}

/** As ssh does it: a server at another port than 22 is `[host]:port`, and else may have the keys of its host. */
function names(hosts: string, { host, port }: Server): boolean {
  return [...(port === 22 ? [] : [`[${host}]:${port}`]), host].some((name) => isNamed(hosts, name));
}

function isNamed(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => matches(pattern, name));
}

/** `|1|salt|HMAC-SHA1 of the name`. */
function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt = '', hash] = hashed.split('|');
  return version === '1' && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` stands for any number of characters, `?` for one. In time that grows with the product of both lengths, whatever the pattern. */
function matches(pattern: string, name: string): boolean {
  let [p, n, star, from] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      from = n;
      p += 1;
    } else if (pattern[p] === '?' || pattern[p] === name[n]) {
      p += 1;
      n += 1;
    } else if (star >= 0) {
      from += 1;
      [p, n] = [star + 1, from];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

/** That a server cannot be told from another, and how its keys are found; what to do with them follows. */
export function untoldHostKeys({ host, port }: Server): string {
  return `nobody has told the host keys of ${host}: compare what \`ssh-keyscan ${port === 22 ? '' : `-p ${port} `}${host}\` prints with what its operator publishes`;
}
