import { quote } from '../../format/quote.ts';
import { FunctionError } from '../../template-error.ts';
import { unescapeUrl } from './escape.ts';
import { ipLiteralProblem } from './ip-address.ts';

export interface Userinfo {
  readonly username: string;
  readonly password?: string;
}

/** A URL in its parts, decoded, save for the query and for what is opaque. */
export interface Url {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: Userinfo | undefined;
  /** With the port. */
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

const empty: Url = { scheme: '', opaque: '', user: undefined, host: '', path: '', query: '', fragment: '' };

/** Go's url.Parse. @throws FunctionError of which the detail quotes the URL */
export function parseUrl(text: string): Url {
  const [reference, fragment] = cut(text, '#');
  const url = naming(reference, () => parseReference(reference));
  return { ...url, fragment: naming(text, () => unescapeUrl(fragment, 'fragment')) };
}

function naming<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    throw new FunctionError(error.message, `parse ${quote(text)}: ${error.revealDetail()}`);
  }
}

function parseReference(text: string): Url {
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(text)) throw new FunctionError('net/url: invalid control character in URL');
  if (text === '*') return { ...empty, path: '*' };
  const [scheme, afterScheme] = splitScheme(text);
  const [rest, query] = cut(afterScheme, '?');
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...empty, scheme, query, opaque: rest };
    if (cut(rest, '/')[0].includes(':')) throw new FunctionError('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  if (!hasAuthority) return { ...empty, scheme, query, path: unescapeUrl(rest, 'path') };
  const [authority] = cut(rest.slice(2), '/');
  const { user, host } = parseAuthority(scheme, authority);
  return { ...empty, scheme, query, user, host, path: unescapeUrl(rest.slice(2 + authority.length), 'path') };
}

/** What is before the first separator and what is after it. */
function cut(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function splitScheme(text: string): [string, string] {
  const [found] = /^(?:[A-Za-z][A-Za-z0-9+.-]*)?:/.exec(text) ?? [''];
  if (found === ':') throw new FunctionError('missing protocol scheme');
  return [found.slice(0, -1).toLowerCase(), text.slice(found.length)];
}

function parseAuthority(scheme: string, authority: string): { user: Userinfo | undefined; host: string } {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const userinfo = authority.slice(0, at);
  if (!/^[\w.:~!$&'()*+,;=%@-]*$/.test(userinfo)) throw new FunctionError('net/url: invalid userinfo');
  const [name, password] = cut(userinfo, ':');
  const username = unescapeUrl(name, 'userinfo');
  return { user: userinfo.includes(':') ? { username, password: unescapeUrl(password, 'userinfo') } : { username }, host };
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new FunctionError('invalid IP-literal');
  if (open === 0) return parseIpLiteral(host);
  const first = host.indexOf(':');
  const isWeb = scheme === 'http' || scheme === 'https';
  // what has several colons is taken for a host with a port, except on the web
  if (first >= 0) checkPort(host.slice(isWeb ? first : host.lastIndexOf(':')));
  return unescapeUrl(host, 'host');
}

function parseIpLiteral(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new FunctionError("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const inside = host.slice(1, close);
  const percent = inside.indexOf('%25');
  const zone = percent < 0 ? inside.length : percent;
  const address = unescapeUrl(inside.slice(0, zone), 'host') + unescapeUrl(inside.slice(zone), 'zone');
  const problem = ipLiteralProblem(address);
  if (problem !== undefined) throw new FunctionError('invalid IP-literal', problem);
  return `[${address}]${port}`;
}

function checkPort(port: string): void {
  if (!isPort(port)) throw new FunctionError('invalid port after host', `invalid port ${quote(port)} after host`);
}

/** A colon and digits, which may be missing, or nothing at all. */
export function isPort(text: string): boolean {
  return /^(?::[0-9]*)?$/.test(text);
}
