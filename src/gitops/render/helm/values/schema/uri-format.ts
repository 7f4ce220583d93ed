import { isIPv6 } from 'node:net';

/** Of a URL as Go's net/url takes it apart. */
interface UrlParts {
  readonly scheme: string;
  readonly path: string;
}

export function isUri(text: string): boolean {
  return (readUrl(text)?.scheme ?? '') !== '';
}

export function isUriReference(text: string): boolean {
  return !text.includes('\\') && readUrl(text) !== undefined;
}

/** Braces must come in pairs, without one in another; Helm's library looks at the path only. */
export function isUriTemplate(text: string): boolean {
  const parts = readUrl(text);
  if (parts === undefined) return false;
  return parts.path.split('/').every((step) => /^[^{}]*(\{[^{}]*\}[^{}]*)*$/s.test(step));
}

/** Undefined for what Go does not take for a URL. It takes much. */
function readUrl(text: string): UrlParts | undefined {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const [whole = '', ...fragment] = text.split('#');
  if (!areEscapesWhole(fragment.join('#')) || text.startsWith(':')) return undefined;
  const scheme = /^[a-zA-Z][a-zA-Z\d+.-]*(?=:)/.exec(whole)?.[0] ?? '';
  const rest = scheme === '' ? whole : whole.slice(scheme.length + 1);
  const [body = ''] = rest.split('?', 1);
  if (scheme !== '' && !body.startsWith('/')) return { scheme, path: '' };
  if (!body.startsWith('/') && body.split('/', 1)[0]?.includes(':')) return undefined;
  const [, authority, path = ''] = /^(?:\/\/([^/]*))?(.*)$/s.exec(body.startsWith('///') ? body.slice(2) : body) ?? [];
  if (!areEscapesWhole(path) || (authority !== undefined && !isAuthority(authority))) return undefined;
  return { scheme, path };
}

function areEscapesWhole(text: string): boolean {
  return !/%(?![\da-fA-F]{2})/.test(text);
}

function isAuthority(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [user, host] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (!/^[\w.:~!$&'()*+,;=%@-]*$/.test(user) || !areEscapesWhole(user)) return false;
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(host);
  if (bracketed !== null) return isIPv6(bracketed[1] ?? '') && !host.includes('%');
  const [, name = '', port = ''] = /^(.*?)(:[^:]*)?$/.exec(host) ?? [];
  // Go takes bytes beyond ASCII as they are
  return /^(:\d*)?$/.test(port) && !/[\s\\^`{|}:[\]%"<>]/.test(name.replaceAll(/["<>]/g, ''));
}
