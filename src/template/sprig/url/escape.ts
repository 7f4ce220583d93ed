import { quote } from '../../format/quote.ts';
import { FunctionError } from '../../template-error.ts';

/** The part of a URL that a text is; each has characters that need no escape there. */
export type UrlPart = 'path' | 'host' | 'zone' | 'userinfo' | 'fragment';

const everywhere = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~';

const plain: Readonly<Record<UrlPart, string>> = {
  path: `${everywhere}$&+,/:;=@`,
  host: `${everywhere}!$&'()*+,;=:[]<>"`,
  zone: `${everywhere}!$&'()*+,;=:[]<>"`,
  userinfo: `${everywhere}$&+,;=`,
  fragment: `${everywhere}$&+,/:;=?@!()*`,
};

/** Percent-encodes every byte that may not stand in the part. */
export function escapeUrl(value: string, part: UrlPart): string {
  const kept = plain[part];
  return value.replaceAll(/[^A-Za-z0-9]/g, (byte) => (kept.includes(byte) ? byte : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`));
}

/** Decodes percent-encoding, of which hosts may have only some. @throws FunctionError */
export function unescapeUrl(value: string, part: UrlPart): string {
  const isHost = part === 'host' || part === 'zone';
  return value.replaceAll(isHost ? /%.{0,2}|[\0-\x7f]/gs : /%.{0,2}/gs, (found) => {
    if (!found.startsWith('%')) return asHost(found);
    const code = /^%[0-9A-Fa-f]{2}$/.test(found) ? Number.parseInt(found.slice(1), 16) : -1;
    const byte = code < 0 ? '' : String.fromCharCode(code);
    const isAllowed = found === '%25' || (part === 'host' ? code >= 0x80 : part === 'zone' ? byte === ' ' || plain.host.includes(byte) : true);
    if (code < 0 || !isAllowed) throw new FunctionError('invalid URL escape', `invalid URL escape ${quote(found)}`);
    return byte;
  });
}

function asHost(char: string): string {
  if (plain.host.includes(char)) return char;
  throw new FunctionError('invalid character in host name', `invalid character ${quote(char)} in host name`);
}
