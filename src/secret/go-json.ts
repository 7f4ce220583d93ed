import { decodeJsonString } from '../provider/json-text.ts';

const space = /[ \t\n\r]*/y;
const string = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const scalar = /[^ \t\n\r,\]}]+/y;

/**
 * JSON as Go's encoding/json writes what it has read: on one line, the keys of each object in the order of their bytes, the last of
 * several equal ones. Numbers stay as they were written, where Go would make them floats.
 * @param text JSON that was found to be valid
 * @param escapeHtml whether `<`, `>` and `&` are escaped, as Go does by default
 */
export function goJson(text: string, escapeHtml: boolean): string {
  return printValue({ text, at: 0, escapeHtml });
}

/** A string as Go writes it. */
function goString(text: string, escapeHtml: boolean): string {
  const quoted = JSON.stringify(text.toWellFormed()).replaceAll(/[\u2028\u2029]/g, escapeCode);
  return escapeHtml ? quoted.replaceAll(/[<>&]/g, escapeCode) : quoted;
}

/** An object as Go writes it. */
export function goObject(members: ReadonlyMap<string, string>, escapeHtml: boolean): string {
  const sorted = [...members].toSorted(([a], [b]) => compareBytes(a, b));
  return `{${sorted.map(([key, value]) => `${goString(key, escapeHtml)}:${value}`).join(',')}}`;
}

/** Go sorts by UTF-8 bytes, JavaScript by UTF-16 units. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

interface Cursor {
  readonly text: string;
  at: number;
  readonly escapeHtml: boolean;
}

function printValue(cursor: Cursor): string {
  take(cursor, space);
  const first = cursor.text[cursor.at];
  if (first === '{') return printObject(cursor);
  if (first === '[') return printList(cursor);
  return first === '"' ? goString(takeString(cursor), cursor.escapeHtml) : take(cursor, scalar);
}

function printObject(cursor: Cursor): string {
  const members = new Map<string, string>();
  for (; hasNext(cursor, '}'); ) {
    const key = takeString(cursor);
    take(cursor, space);
    cursor.at += 1;
    members.set(key, printValue(cursor));
  }
  return goObject(members, cursor.escapeHtml);
}

function printList(cursor: Cursor): string {
  const items: string[] = [];
  for (; hasNext(cursor, ']'); ) items.push(printValue(cursor));
  return `[${items.join(',')}]`;
}

/** Steps over an opening bracket or a comma, and tells whether a member follows; else over the end. */
function hasNext(cursor: Cursor, end: string): boolean {
  take(cursor, space);
  const isEnd = cursor.text[cursor.at] === end;
  cursor.at += 1;
  if (isEnd) return false;
  take(cursor, space);
  if (cursor.text[cursor.at] !== end) return true;
  cursor.at += 1;
  return false;
}

function takeString(cursor: Cursor): string {
  return decodeJsonString(take(cursor, string)).toWellFormed();
}

function take(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const [taken = ''] = pattern.exec(cursor.text) ?? [];
  // JSON that is not valid must not keep us here for ever
  if (taken === '' && pattern !== space) throw new Error('text that is not JSON was taken for JSON');
  cursor.at += taken.length;
  return taken;
}
