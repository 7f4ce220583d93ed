import { decodeBase64 } from '../sprig/base64.ts';
import { trimSpace } from '../sprig/trim.ts';

/** One `-----BEGIN TYPE-----` block. Type and headers are byte strings. */
export interface PemBlock {
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

export interface PemFound {
  /** Undefined where there is no block. */
  readonly block?: PemBlock;
  /** What follows the block; all of the text where there is none. */
  readonly rest: string;
}

const begin = '-----BEGIN ';
const end = '-----END ';
const dashes = '-----';

/** The first PEM block of a byte string, where Go's pem.Decode finds one. Goes over the text once. */
export function decodePem(text: string): PemFound {
  for (let from = 0; ; ) {
    // the line feed before it, if there is one, ends what the block holds
    const endAt = text.indexOf(`\n${end}`, from);
    if (endAt < 0) return { rest: text };
    const beginAt = lastBegin(text, from, endAt);
    const found = beginAt === undefined ? 'no block' : readBlock(text, beginAt, endAt);
    if (found === 'no more') return { rest: text };
    if (found !== 'no block') return found;
    from = endAt + 1 + end.length;
  }
}

/** All blocks of a byte string, and what follows the last. */
export function decodeAllPem(text: string): { readonly blocks: readonly PemBlock[]; readonly rest: string } {
  const blocks: PemBlock[] = [];
  for (let rest = text; ; ) {
    const found = decodePem(rest);
    if (found.block === undefined) return { blocks, rest };
    blocks.push(found.block);
    rest = found.rest;
  }
}

/** Where the last BEGIN before an END is, if it begins a line. */
function lastBegin(text: string, from: number, endAt: number): number | undefined {
  const at = text.slice(from, endAt).lastIndexOf(begin);
  if (at < 0) return undefined;
  return at === 0 || text.charAt(from + at - 1) === '\n' ? from + at : undefined;
}

/** The block between a BEGIN and the next END, if it is one. */
function readBlock(text: string, beginAt: number, endAt: number): PemFound | 'no block' | 'no more' {
  const first = lineAt(text, beginAt + begin.length);
  if (!first.line.endsWith(dashes)) return 'no block';
  const type = first.line.slice(0, -dashes.length);
  const { headers, bodyAt } = readHeaders(text, first.next);
  // an END with a colon in it counts as a header, after which Go gives up
  if (bodyAt > endAt + 1) return 'no more';
  if (bodyAt > endAt && headers.size > 0) return 'no block';

  const trailer = `${type}${dashes}`;
  const trailerAt = endAt + 1 + end.length;
  if (!text.startsWith(trailer, trailerAt)) return 'no block';
  const last = lineAt(text, trailerAt + trailer.length);
  if (last.line !== '') return 'no block';
  const bytes = decodeBody(text.slice(bodyAt, Math.max(bodyAt, endAt)));
  return bytes === undefined ? 'no block' : { block: { type, headers, bytes }, rest: text.slice(last.next) };
}

function readHeaders(text: string, from: number): { readonly headers: ReadonlyMap<string, string>; readonly bodyAt: number } {
  const headers = new Map<string, string>();
  for (let bodyAt = from; ; ) {
    const { line, next } = lineAt(text, bodyAt);
    const colon = line.indexOf(':');
    if (colon < 0) return { headers, bodyAt };
    headers.set(trimSpace(line.slice(0, colon)), trimSpace(line.slice(colon + 1)));
    bodyAt = next;
  }
}

function decodeBody(body: string): Buffer | undefined {
  const decoded = decodeBase64(body.replaceAll(/[ \t]/g, ''));
  return typeof decoded === 'string' ? Buffer.from(decoded, 'latin1') : undefined;
}

/** The line that begins at `from`, without its end and blanks before that, and where the next begins. */
function lineAt(text: string, from: number): { readonly line: string; readonly next: number } {
  const feed = text.indexOf('\n', from);
  let to = feed < 0 ? text.length : feed;
  if (feed > from && text.charAt(to - 1) === '\r') to -= 1;
  while (to > from && (text.charAt(to - 1) === ' ' || text.charAt(to - 1) === '\t')) to -= 1;
  return { line: text.slice(from, to), next: feed < 0 ? text.length : feed + 1 };
}

/** Writes a block as Go's pem.Encode does: lines of 64 characters, headers in order, `Proc-Type` before the others. */
export function encodePem({ type, headers, bytes }: Omit<PemBlock, 'headers'> & Partial<Pick<PemBlock, 'headers'>>): string {
  const names = [...(headers?.keys() ?? [])].toSorted();
  const ordered = [...names.filter((name) => name === 'Proc-Type'), ...names.filter((name) => name !== 'Proc-Type')];
  const header = ordered.map((name) => `${name}: ${headers?.get(name) ?? ''}\n`).join('');
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `${begin}${type}${dashes}\n${header}${header === '' ? '' : '\n'}${lines.map((line) => `${line}\n`).join('')}${end}${type}${dashes}\n`;
}
