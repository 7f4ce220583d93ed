import { FunctionError } from '../../template-error.ts';
import type { FunctionMap } from '../../value/go-function.ts';
import { dictionary, meteredFunction, text } from '../../value/go-function.ts';
import { dict, typeOf } from '../../value/go-type.ts';
import type { CallContext, GoMap } from '../../value/value.ts';
import { escapeUrl } from './escape.ts';
import type { Url, Userinfo } from './parse-url.ts';
import { isPort, parseUrl } from './parse-url.ts';

/** Functions between URLs and dictionaries of their parts. */
export const url: FunctionMap = new Map([
  ['urlParse', meteredFunction([text], dictionary, parse)],
  ['urlJoin', meteredFunction([dictionary], text, join)],
]);

/** Escapes are lists while they are written and read. */
function charge({ meter }: CallContext, size: number): void {
  meter.step(size / 20);
  meter.allocate(size * 16);
}

function parse(context: CallContext, value: string): GoMap {
  charge(context, value.length);
  return toParts(explaining('unable to parse url', () => parseUrl(value)));
}

function explaining<T>(problem: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof FunctionError ? error.within(problem) : error;
  }
}

function toParts({ user, ...parsed }: Url): GoMap {
  const hostname = hostnameOf(parsed.host);
  return dict(Object.entries({ ...parsed, hostname, userinfo: user === undefined ? '' : printUser(user) }));
}

/** The host without its port, and without the brackets of an IPv6 address. */
function hostnameOf(host: string): string {
  const colon = host.lastIndexOf(':');
  const name = colon >= 0 && isPort(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

function printUser({ username, password }: Userinfo): string {
  const name = escapeUrl(username, 'userinfo');
  return password === undefined ? name : `${name}:${escapeUrl(password, 'userinfo')}`;
}

/** @throws FunctionError where a part is no string, or the userinfo cannot be parsed */
function join(context: CallContext, parts: GoMap): string {
  const part = (key: string): string => textPart(parts, key);
  const plain = { scheme: part('scheme'), host: part('host'), path: part('path'), query: part('query'), opaque: part('opaque'), fragment: part('fragment') };
  const userinfo = part('userinfo');
  charge(context, Object.values(plain).reduce((size, text) => size + text.length, userinfo.length));
  const user = userinfo === '' ? undefined : explaining('unable to parse userinfo in dict', () => parseUrl(`proto://${userinfo}@host`)).user;
  return printUrl({ ...plain, user });
}

function textPart(parts: GoMap, key: string): string {
  if (!parts.entries.has(key)) return '';
  const value = parts.entries.get(key);
  if (typeof value === 'string') return value;
  const type = typeOf(value);
  if (type === undefined) throw new FunctionError(`the ${key} is nil`, 'runtime error: invalid memory address or nil pointer dereference');
  throw new FunctionError(`unable to parse ${key} key, must be of type string, but ${type.kind} found`);
}

/** Go's URL.String. */
function printUrl({ scheme, opaque, user, host, path, query, fragment }: Url): string {
  let out = scheme === '' ? '' : `${scheme}:`;
  if (opaque === '') {
    const hasAuthority = host !== '' || user !== undefined || (scheme !== '' && path !== '');
    if (hasAuthority) out += `//${user === undefined ? '' : `${printUser(user)}@`}${escapeUrl(host, 'host')}`;
    const escaped = path === '*' ? path : escapeUrl(path, 'path');
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') out += '/';
    // or what is before the colon would be the scheme
    if (out === '' && /^[^/]*:/.test(escaped)) out += './';
    out += escaped;
  } else out += opaque;
  if (query !== '') out += `?${query}`;
  return fragment === '' ? out : `${out}#${escapeUrl(fragment, 'fragment')}`;
}
