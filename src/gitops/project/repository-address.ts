/** A repository as it will be asked for. */
export interface RepositoryAddress {
  /** One spelling of it; by it a pattern allows. */
  readonly whole: string;
  /** Host and path, whoever asks and however, in each way in which the address can be understood; by them a pattern takes away. */
  readonly places: readonly string[];
}

/** `git@host:org/repo.git`; without a user it is `git`, as where it is asked for. */
const scpLike = /^(?:([^@/\s:]+)@)?([^/\s:@[\]]+):(?!\/\/)(.+)$/;
/** `host:5000/org`: a registry with a port. Where Git is asked it is an scp-like address, though. */
const withPort = /^[^@/\s:]+:\d+(\/|$)/;
const withScheme = /^(git\+)?([a-z][a-z0-9.-]*):\/\/([^/]*)(.*)$/i;
const usualPorts: Readonly<Record<string, string>> = { https: ':443', oci: ':443', http: ':80', ssh: ':22' };
const plainUser = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;

/** Steps with one of these lead elsewhere on some server, or are decoded once more; so do `;` parameters of a path. */
// oxlint-disable-next-line no-control-regex
const misleading = /[%/\\?#;\u0000-\u001f\u007f]/;
/** No steps down: `.git` is the folder above it, too. */
const noStep = /^(\.\.?|\.git)?$/i;

/** Everything as a URL. What has no scheme and is no scp-like address is a registry, as Argo CD writes those. */
function withItsScheme(text: string): string {
  if (text.startsWith('/')) return `file://${text}`;
  if (withScheme.test(text)) return text.replace(/^git\+(?=ssh:)/, '');
  return scpAsUrl(text) ?? `oci://${text}`;
}

function scpAsUrl(text: string): string | undefined {
  const [, user = 'git', host, path = ''] = (withPort.test(text) ? null : scpLike.exec(text)) ?? [];
  return host === undefined ? undefined : scpUrl(user, host, path);
}

/** Nothing decodes such a path: a `%` stands for itself. */
function scpUrl(user: string, host: string, path: string): string {
  return `ssh://${user}@${host}/${path.replace(/^\//, '').replaceAll('%', '%25')}`;
}

/** Without what makes no other place of it: the case of the host, the usual port, a slash and `.git` at the end. */
function trimmed(url: string): string {
  const [, , scheme = '', authority = '', rest = ''] = withScheme.exec(url) ?? [];
  const at = authority.lastIndexOf('@') + 1;
  const server = authority.slice(at).toLowerCase();
  const port = usualPorts[scheme.toLowerCase()];
  const host = port !== undefined && server.endsWith(port) ? server.slice(0, -port.length) : server;
  return `${scheme}://${authority.slice(0, at)}${host}${rest.replace(/\/$/, '').replace(/([^/])\.git$/, '$1')}`;
}

/** A path as servers understand it; undefined where it reads like one place and leads to another. */
function decodedPath(path: string): string | undefined {
  const steps: string[] = [];
  for (const step of path.split('/').slice(1)) {
    const decoded = decodedStep(step);
    if (decoded === undefined || noStep.test(decoded) || misleading.test(decoded)) return undefined;
    steps.push(decoded);
  }
  return steps.map((step) => `/${step}`).join('');
}

function decodedStep(step: string): string | undefined {
  try {
    return decodeURIComponent(step);
  } catch {
    return undefined;
  }
}

/** Patterns and addresses in one spelling; a registry has no scheme, a folder neither. */
function spelled(scheme: string, user: string, server: string, path: string): string {
  if (scheme === 'file') return path;
  const name = user === '' && scheme === 'ssh' ? 'git' : user;
  return `${scheme === 'oci' ? '' : `${scheme}://`}${name === '' ? '' : `${name}@`}${server}${path}`;
}

/** Without scheme, user and port. In lower case, for there are servers that take the case of a path for nothing. */
function placeOf(whole: string): string {
  const place = whole.replace(/^[^/]*:\/\//, '').replace(/^[^/@]*@/, '').replace(/^(\[[^\]/]*\]|[^/:]*):(\d+|\*)(?=\/|$)/, '$1');
  return place.toLowerCase().replace(/(\/?\.git)+$/, '');
}

/**
 * Reads the address of a repository as whoever asks for it does. Undefined where it does not say plainly which one that is: what a URL makes
 * another text of, escapes that are none or that escape again, steps that are empty or lead up, a host with a dot at its end.
 */
export function readAddress(text: string): RepositoryAddress | undefined {
  const written = trimmed(withItsScheme(text));
  const scheme = written.slice(0, written.indexOf(':'));
  // a registry is asked over https, and only such schemes have their hosts understood
  const url = URL.parse(written.replace(/^oci:/, 'https:'));
  if (url === null || url.password !== '' || (url.username !== '' && !plainUser.test(url.username))) return undefined;
  if (trimmed(url.href) !== written.replace(/^oci:/, 'https:') || url.hostname.endsWith('.') || (scheme === 'ssh' && url.hostname.includes('%'))) return undefined;
  const path = decodedPath(url.pathname === '/' ? '' : url.pathname);
  if (path === undefined) return undefined;
  const whole = spelled(scheme, url.username, url.host, path);
  const [, host, rest = ''] = (withPort.test(text) ? scpLike.exec(text)?.slice(1) : undefined) ?? [];
  return { whole, places: [placeOf(whole), ...(host === undefined ? [] : [placeOf(`${host}/${rest}`)])] };
}

/** A pattern of addresses in the spelling of `readAddress`, as what it allows and as what it takes away. */
export function readPattern(pattern: string): { readonly whole: string; readonly place: string } {
  const [, , scheme = '', authority = '', path = ''] = withScheme.exec(trimmed(withItsScheme(pattern))) ?? [];
  const at = authority.lastIndexOf('@') + 1;
  const [user, server] = [authority.slice(0, Math.max(0, at - 1)), authority.slice(at).replace(/\.$/, '')];
  const whole = spelled(scheme.toLowerCase(), user, server, path.replaceAll(/(?:%[0-9a-f]{2})+/gi, unescaped));
  return { whole, place: placeOf(whole) };
}

/** What stands for itself, where a glob would take it for more. */
function unescaped(escapes: string): string {
  const decoded = decodedStep(escapes);
  return decoded === undefined || misleading.test(decoded) ? escapes : decoded.replaceAll(/[*?[\]{},!]/g, String.raw`\$&`);
}
