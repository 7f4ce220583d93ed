import { isIPv6 } from 'node:net';
import { Regexp } from '../../../../../template/regexp/regexp.ts';
import { FunctionError } from '../../../../../template/template-error.ts';
import { fromText } from '../../../../../template/value/byte-string.ts';
import { createMeter, defaultLimits } from '../../../../../template/worker/limits.ts';
import { isUri, isUriReference, isUriTemplate } from './uri-format.ts';

const formats: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['json-pointer', (text) => /^(\/([^~/]|~[01])*)*$/s.test(text)],
  ['relative-json-pointer', (text) => /^(0|[1-9]\d*)(#|(\/([^~/]|~[01])*)*)$/s.test(text)],
  ['uuid', (text) => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text)],
  ['duration', isDuration],
  ['period', isPeriod],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['hostname', isHostname],
  ['email', isEmail],
  ['date', isDate],
  ['time', isTime],
  ['date-time', isDateTime],
  ['uri', isUri],
  ['iri', isUri],
  ['uri-reference', isUriReference],
  ['iri-reference', isUriReference],
  ['uri-template', isUriTemplate],
  ['semver', isSemver],
  ['regex', isRegex],
]);

/** Whether a text is of a format. Formats that are not known say nothing, as in Helm. */
export function hasFormat(format: string, text: string): boolean {
  return formats.get(format)?.(text) ?? true;
}

function isRegex(text: string): boolean {
  try {
    void new Regexp(fromText(text), createMeter(defaultLimits));
    return true;
  } catch (error) {
    if (error instanceof FunctionError) return false;
    throw error;
  }
}

/** RFC 3339, appendix A. */
function isDuration(text: string): boolean {
  return /^P(?:\d+W|(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/.test(text);
}

function isPeriod(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash === -1) return false;
  const [start, end] = [text.slice(0, slash), text.slice(slash + 1)];
  if (start.startsWith('P')) return isDuration(start) && isDateTime(end);
  return isDateTime(start) && (end.startsWith('P') ? isDuration(end) : isDateTime(end));
}

function isIpv4(text: string): boolean {
  const groups = text.split('.');
  // Go's numbers may have a sign
  return groups.length === 4 && groups.every((group) => /^(0|\+\d+|-0+|[1-9]\d*)$/.test(group) && Number(group) <= 255);
}

function isIpv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isHostname(text: string): boolean {
  const name = text.replace(/\.$/, '');
  return Buffer.byteLength(name) <= 253 && name.split('.').every((label) => /^(?!-)[a-zA-Z\d-]{1,63}(?<!-)$/.test(label));
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at === -1 || Buffer.byteLength(text) > 254) return false;
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (Buffer.byteLength(local) > 64) return false;
  const isQuoted = local.length > 1 && local.startsWith('"') && local.endsWith('"');
  if (isQuoted ? /[\\"]/.test(local.slice(1, -1)) : /^\.|\.\.|\.$|[^a-zA-Z\d.!#$%&'*+\-/=?^_`{|}~]/.test(local)) return false;
  if (!domain.startsWith('[') || !domain.endsWith(']')) return isHostname(domain);
  const address = domain.slice(1, -1);
  return address.startsWith('IPv6:') ? isIpv6(address.slice('IPv6:'.length)) : isIpv4(address);
}

function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (day === '') return false;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

const timeForm = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[zZ]|([+-])(\d{2}):(\d{2}))$/;

function isTime(text: string): boolean {
  const found = timeForm.exec(text);
  if (found === null) return false;
  const [hour, minute, second, offsetHour, offsetMinute] = [found[1], found[2], found[3], found[5] ?? '0', found[6] ?? '0'].map(Number);
  if (hour === undefined || minute === undefined || second === undefined || offsetHour === undefined || offsetMinute === undefined) return false;
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false;
  if (second < 60) return true;
  // a leap second is the last of a day in UTC
  const day = 24 * 60;
  const utc = hour * 60 + minute + (found[4] === '+' ? -1 : 1) * (offsetHour * 60 + offsetMinute);
  return (utc < 0 ? utc + day : utc) === day - 1;
}

function isDateTime(text: string): boolean {
  return /^[tT]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

function isSemver(text: string): boolean {
  const identifiers = String.raw`[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*`;
  const [, prerelease = ''] = new RegExp(String.raw`^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(${identifiers}))?(?:\+${identifiers})?$`).exec(text) ?? ['', '00'];
  return !prerelease.split('.').some((part) => /^0\d+$/.test(part));
}
