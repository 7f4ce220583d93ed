import type { ManifestHead } from './chart-manifest.ts';

/** A scalar without quotes that is a text to every reader of YAML, save for the words of `meaningful`. */
const plain = '[A-Za-z][A-Za-z0-9._/-]*';
const meaningful = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** Between double quotes, nothing that they give a meaning to. */
const scalar = String.raw`(?:${plain}|"[ !#-\[\]-~]*")`;

const child = String.raw`  [A-Za-z]+:(?: ${scalar}\n|\n(?:    ${plain}: ${scalar}\n)+)`;
const layout = new RegExp(String.raw`^(?:(?:apiVersion|kind): ${plain}\n|metadata:\n(?:${child})+)+$`);

/**
 * Reads the head of a document that is laid out as nearly all are, two spaces a level and a short text on each line, without a reader of
 * YAML. Undefined for any other, be it right or wrong.
 * @param text `apiVersion`, `kind` and `metadata`, with all that is indented below them
 */
export function readSimpleHead(text: string): ManifestHead | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  if (!layout.test(`${lines.join('\n')}\n`)) return undefined;
  const fields = new Map<string, string>();
  let parent = '';
  for (const line of lines) {
    const colon = line.indexOf(':');
    const depth = line.startsWith('    ') ? 4 : line.startsWith('  ') ? 2 : 0;
    const name = line.slice(depth, colon);
    const key = depth === 4 ? `${parent} ${name}` : depth === 2 ? `.${name}` : name;
    const value = textOf(line.slice(colon + 2));
    // a key that stands twice is for a reader of YAML to refuse
    if (value === undefined || fields.has(key)) return undefined;
    fields.set(key, value);
    if (depth === 2) parent = key;
  }
  return headOf(fields);
}

/** Keys of maps hold no space, and come after one. */
function headOf(fields: ReadonlyMap<string, string>): ManifestHead | undefined {
  const annotations = Array.from(fields).filter(([key]) => key.startsWith('.annotations ')).map(([key, value]) => [key.slice('.annotations '.length), value] as const);
  // a map where a text belongs, and the other way round
  if ([...fields.keys()].some((key) => key.startsWith('.name ')) || fields.get('.annotations')) return undefined;
  return { apiVersion: fields.get('apiVersion') ?? '', kind: fields.get('kind') ?? '', name: fields.get('.name') ?? '', annotations: new Map(annotations) };
}

/** Empty for what opens a map. */
function textOf(written: string): string | undefined {
  if (written.startsWith('"')) return written.slice(1, -1);
  return meaningful.test(written) ? undefined : written;
}
