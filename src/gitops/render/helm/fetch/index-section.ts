/** One entry of a chart in an index, as text. */
export interface IndexItem {
  /** Undefined where it is not written on a line of its own. */
  readonly version: string | undefined;
  readonly digest: string | undefined;
  /** A YAML list of this one entry. */
  readonly text: string;
}

/**
 * The entries of one chart in an index.yaml, without a look at those of any other: the indexes of large repositories have tens of megabytes,
 * and reading all of such a one as YAML takes a minute. What is looked for is the layout that all programs write that make an index: block
 * maps, the charts at one depth below `entries`.
 * @returns undefined for any other layout, and for a chart that is not in it
 */
export function indexItems(index: Uint8Array, chart: string): readonly IndexItem[] | undefined {
  const bytes = Buffer.from(index.buffer, index.byteOffset, index.byteLength);
  const from = afterKey(bytes, 0, ['entries']);
  const depth = from === undefined ? undefined : depthAt(bytes, from);
  if (from === undefined || depth === undefined || depth === 0) return undefined;
  const start = afterKey(bytes, from - 1, [chart, `"${chart}"`, `'${chart}'`], depth);
  return start === undefined ? undefined : itemsOf(sectionFrom(bytes, start, depth));
}

/** Where the line behind a key begins that stands on a line of its own, at a depth. */
function afterKey(bytes: Buffer, from: number, keys: readonly string[], depth = 0): number | undefined {
  for (const key of keys) {
    const line = `${' '.repeat(depth)}${key}:`;
    for (let at = bytes.indexOf(line, from); at >= 0; at = bytes.indexOf(line, at + 1)) {
      if (at > 0 && bytes[at - 1] !== newline) continue;
      const end = bytes.indexOf(newline, at);
      if (end >= 0 && bytes.toString('latin1', at + line.length, end).trim() === '') return end + 1;
    }
  }
  return undefined;
}

const newline = 0x0a;

/** Spaces before what stands on the next line that is not empty. */
function depthAt(bytes: Buffer, from: number): number | undefined {
  const line = lineWithText.exec(bytes.toString('latin1', from, from + 1_000));
  return line?.[1]?.length;
}

const lineWithText = /^(?:[ \r]*\n|[ ]*#[^\n]*\n)*( *)[^ #\r\n]/;

/** All lines that are deeper than a key, and items of a list that is as deep. */
function sectionFrom(bytes: Buffer, start: number, depth: number): readonly string[] {
  const lines: string[] = [];
  for (let at = start; at < bytes.length; ) {
    const found = bytes.indexOf(newline, at);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.toString('utf8', at, end);
    const inner = line.search(/[^ ]/);
    const isBlank = line.trim() === '';
    if (!isBlank && (inner < depth || (inner === depth && line[inner] !== '-'))) break;
    if (!isBlank) lines.push(line);
    at = end + 1;
  }
  return lines;
}

/** Splits a list into its items. Undefined where it is no list. */
function itemsOf(lines: readonly string[]): readonly IndexItem[] | undefined {
  const depth = /^( *)- +[^ ]/.exec(lines[0] ?? '')?.[1]?.length;
  if (depth === undefined) return undefined;
  const starts = lines.flatMap((line, index) => (line.startsWith('- ', depth) && line.slice(0, depth).trim() === '' ? [index] : []));
  return starts.map((start, index) => itemOf(lines.slice(start, starts[index + 1] ?? lines.length)));
}

function itemOf(lines: readonly string[]): IndexItem {
  const [, before = ''] = /^( *- +)/.exec(lines[0] ?? '') ?? [];
  // the first field stands behind the dash, and all others below it
  const fields = [`${' '.repeat(before.length)}${(lines[0] ?? '').slice(before.length)}`, ...lines.slice(1)];
  const valueOf = (name: string): string | undefined => {
    const key = `${' '.repeat(before.length)}${name}: `;
    const written = fields.find((line) => line.startsWith(key))?.slice(key.length).trim();
    return written === undefined ? undefined : /^(["']?)([^"'\\#\s]+)\1$/.exec(written)?.[2];
  };
  return { version: valueOf('version'), digest: valueOf('digest'), text: `${lines.join('\n')}\n` };
}
