import { formatFloat } from '../../../../template/format/float.ts';
import { fromText, toText } from '../../../../template/value/byte-string.ts';
import type { Value } from '../../../../template/value/value.ts';
import { GoMap, Slice } from '../../../../template/value/value.ts';
import { createMeter } from '../../../../template/worker/limits.ts';
import { decodeYamlMap } from '../../../../template/yaml/decode-yaml.ts';
import { GoYamlError } from '../../../../template/yaml/read/go-yaml-error.ts';
import type { ManifestHead } from './chart-manifest.ts';
import { readSimpleHead } from './simple-head.ts';

/** A document that Helm does not accept. The message quotes nothing of it; `detail` is in Helm's words, which may. */
export class ManifestError extends Error {
  readonly detail: string;

  constructor(message: string, detail: string) {
    super(message);
    this.detail = detail;
  }
}

/** Beyond any document of which an API server would take the object. */
const limits = { steps: 20_000_000, allocatedBytes: 256 * 1024 * 1024 };

/**
 * Reads the head of a document.
 * @param check whether all of the document is looked at, as Helm does; otherwise what is wrong behind the head is for whoever reads the object
 * @throws ManifestError, LimitError
 */
export function readHead(text: string, check: boolean): ManifestHead {
  const head = check ? undefined : headText(text);
  const simple = head === undefined ? undefined : readSimpleHead(head);
  if (simple !== undefined) return simple;
  const document = readDocument(head ?? text);
  const metadata = document.entries.get('metadata');
  if (metadata !== undefined && !(metadata instanceof GoMap)) throw mismatch(metadata, 'SimpleHead.metadata', 'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }');
  return {
    apiVersion: textAt(document, 'apiVersion', 'SimpleHead.apiVersion'),
    kind: textAt(document, 'kind', 'SimpleHead.kind'),
    name: metadata === undefined ? '' : textAt(metadata, 'name', '.metadata.name'),
    annotations: metadata === undefined ? new Map() : annotationsOf(metadata),
  };
}

/** The fields of the head and what is indented below them; undefined where the text is laid out in a way that needs all of it. */
function headText(text: string): string | undefined {
  const head: string[] = [];
  let isHead = false;
  // most lines are indented and behind the head: they are passed over without a look
  for (let start = 0, end = 0; start <= text.length; start = end + 1) {
    end = endOfLine(text, start);
    const isKey = !insignificant.has(text.charAt(start));
    if (!isKey && !isHead) continue;
    const line = text.slice(start, end);
    if (isKey) {
      // anything else than a plain key may reach over lines, or be referred to
      if (!/^[A-Za-z][A-Za-z0-9_.-]*:(?:[ \r]|$)/.test(line)) return undefined;
      isHead = /^(?:apiVersion|kind|metadata):/.test(line);
    }
    // a document ends here, and aliases may point out of the head
    if (isHead && /[&*]|<</.test(line)) return undefined;
    if (isHead) head.push(line);
  }
  return head.join('\n');
}

/** What begins a line that is indented, a comment or empty; nothing does so at the end of the text. */
const insignificant: ReadonlySet<string> = new Set([' ', '#', '\n', '\r', '']);

function endOfLine(text: string, start: number): number {
  const found = text.indexOf('\n', start);
  return found < 0 ? text.length : found;
}

function readDocument(text: string): GoMap {
  try {
    return decodeYamlMap(fromText(text), createMeter(limits));
  } catch (error) {
    if (!(error instanceof GoYamlError)) throw error;
    const isConverted = error.goMessage.startsWith('error unmarshaling');
    const detail = isConverted ? error.goMessage.replace(/map\[string\]interface \{\}$/, 'util.SimpleHead') : `error converting YAML to JSON: ${error.goMessage}`;
    throw new ManifestError(`${error.problem} (line ${error.line})`, detail);
  }
}

function annotationsOf(metadata: GoMap): ReadonlyMap<string, string> {
  const annotations = metadata.entries.get('annotations');
  if (annotations === undefined) return new Map();
  if (!(annotations instanceof GoMap)) throw mismatch(annotations, 'SimpleHead.metadata.annotations', 'map[string]string');
  return new Map(Array.from(annotations.entries.keys(), (key) => [toText(key), textAt(annotations, key, '.metadata.annotations')]));
}

/** A text; empty for what is absent or null. A boolean and a number are the text that they are written as. */
function textAt(map: GoMap, key: string, field: string): string {
  const value = map.entries.get(key);
  if (value === undefined) return '';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'string') throw mismatch(value, field, 'string');
  return toText(value);
}

/** As sigs.k8s.io/yaml writes numbers where a text is wanted: those with a fraction with no more digits than tell them apart in 32 bits. */
function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const digits = Array.from({ length: 9 }, (_, index) => Number(value.toPrecision(index + 1))).find((shorter) => Math.fround(shorter) === Math.fround(value));
  return formatFloat(digits ?? value, 'g');
}

function mismatch(value: Value, field: string, type: string): ManifestError {
  const kind = typeof value === 'boolean' ? 'bool' : value instanceof GoMap ? 'object' : value instanceof Slice ? 'array' : typeof value;
  const problem = `json: cannot unmarshal ${kind} into Go struct field ${field} of type ${type}`;
  return new ManifestError(`${field.replace(/^(?:SimpleHead)?\./, '')} has the wrong type: it is a ${kind}`, `error unmarshaling JSON: while decoding JSON: ${problem}`);
}
