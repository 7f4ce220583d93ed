import type { ExternalSecretSpec } from '../../api/external-secret-spec.ts';
import { parseTemplatePath, type TemplatePath } from '../../api/template-path.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { YamlError } from '../../lib/yaml-error.ts';
import type { RenderResult } from '../../template/renderer.ts';
import { decode } from '../decode.ts';
import { quoteKey } from '../quote-key.ts';
import type { Rendering, TemplateProblem } from '../template/compose-content.ts';
import { composeContent } from '../template/compose-content.ts';
import { keepsData } from '../template/keeps-data.ts';
import type { TemplatePart } from '../template/template-part.ts';
import type { ManifestFields } from './manifest-hash.ts';
import { readField, readLeaf, textOf } from './rendered-field.ts';
import { changeField, FieldError, isMap } from './set-field.ts';

/** What of an object that is no Secret is made of values. The values stand in it in the clear: whoever asks for such a target wants that. */
export interface ManifestContent {
  readonly fields: ManifestFields;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type ComposedManifest = { readonly ok: true; readonly content: ManifestContent } | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

type Kind = NonNullable<ExternalSecretSpec['manifest']>;

/** Where values go that no template puts elsewhere: a ConfigMap has them where a Secret has. */
function placeOf({ apiVersion, kind }: Kind): TemplatePath {
  return apiVersion === 'v1' && kind === 'ConfigMap' ? ['data'] : ['spec', 'data'];
}

/** The content where there is no template. */
export function plainManifest(kind: Kind, data: ReadonlyMap<string, SecretBytes>, metadata: Omit<ManifestContent, 'fields'>): ComposedManifest {
  const { entries, problems } = textsOf(data, 'spec.data');
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, content: { ...metadata, fields: put({}, placeOf(kind), entries) } };
}

/** A template for an object of a kind, the values that it is rendered with, and all parts of it. */
export interface ManifestRendering extends Rendering {
  readonly kind: Kind;
}

/**
 * Puts together what the templates have rendered: the values that were read, where the template keeps them; then part by part, what
 * comes later winning; then what is for the data. All of it, or every reason why not.
 * @param results of the parts' jobs, in their order
 */
export function composeManifest({ kind, template, data, parts }: ManifestRendering, results: readonly RenderResult[]): ComposedManifest {
  const pairs = parts.map((part, index) => ({ part, result: results[index] }));
  const plain = pairs.filter(({ part }) => part.field === undefined);
  const rest = composeContent({ template, data, parts: plain.map(({ part }) => part), kept: new Map() }, plain.flatMap(({ result }) => result ?? []));
  const kept = textsOf(keepsData(template) ? data : new Map(), 'spec.data');
  const rendered = rest.ok ? textsOf(rest.content.data, 'spec.target.template') : { entries: {}, problems: rest.problems };
  const problems: TemplateProblem[] = [...kept.problems, ...rendered.problems];
  let fields = put({}, placeOf(kind), kept.entries);
  for (const { part, result } of pairs.filter(({ part }) => part.field !== undefined)) {
    const added = addPart(fields, part, result);
    if (added.ok) ({ fields } = added);
    else problems.push(added.problem);
  }
  if (problems.length > 0 || !rest.ok) return { ok: false, problems };
  const { labels, annotations } = rest.content;
  return { ok: true, content: { fields: put(fields, ['data'], rendered.entries), labels, annotations } };
}

type Added = { readonly ok: true; readonly fields: ManifestFields } | { readonly ok: false; readonly problem: TemplateProblem };

function addPart(fields: ManifestFields, part: TemplatePart, result: RenderResult | undefined): Added {
  const { place, field = '' } = part;
  const wrong = (message: string): Added => ({ ok: false, problem: { kind: 'template', place, message } });
  if (result === undefined) throw new Error('the renderer answered fewer templates than it was asked for');
  if (!result.ok) return { ok: false, problem: { ...result.problem, place } };
  const parsed = parseTemplatePath(field);
  if (!parsed.ok) return wrong(`the target ${parsed.message}`);
  if (result.kind !== 'text') throw new Error(`the renderer answered ${place} with a ${result.kind}`);
  try {
    const changed = part.key === undefined ? changeByText(fields, parsed.path, part, result.output) : changeByValue(fields, parsed.path, part.key, part, result.output);
    return changed === undefined ? wrong(`is not ${part.decodingStrategy} text, as valuesDecodingStrategy says`) : { ok: true, fields: changed };
  } catch (error) {
    if (error instanceof YamlError) return wrong(`the rendered text is not valid YAML: ${error.problem} (line ${error.line})`);
    if (error instanceof FieldError) return wrong(`cannot be put into ${field}: ${error.message}`);
    throw error;
  }
}

/** One value, under its key within the field. */
function changeByValue(fields: ManifestFields, path: TemplatePath, key: string, { decodingStrategy }: TemplatePart, output: SecretBytes): ManifestFields | undefined {
  const value = decode(decodingStrategy, output);
  const text = value === undefined ? undefined : textOf(value);
  return text === undefined ? undefined : asFields(changeField(fields, [...path, key], () => readLeaf(text)));
}

/** A whole text: the keys of a map join those that are there, anything else takes the field's place. */
function changeByText(fields: ManifestFields, path: TemplatePath, { decodingStrategy }: TemplatePart, output: SecretBytes): ManifestFields | undefined {
  const text = textOf(output);
  if (text === undefined) return undefined;
  const value = readField(text);
  if (value === undefined) return fields;
  const decoded = decodingStrategy === 'None' ? value : decodeTexts(value, decodingStrategy);
  return decoded === undefined ? undefined : asFields(changeField(fields, path, (there) => (isMap(there) && isMap(decoded) ? { ...there, ...decoded } : decoded)));
}

/** The values of a map that are texts, decoded; undefined where one is not what the strategy says. */
function decodeTexts(value: unknown, strategy: TemplatePart['decodingStrategy']): unknown {
  if (!isMap(value)) return value;
  const entries: (readonly [string, unknown])[] = [];
  for (const [key, item] of Object.entries(value)) {
    const bytes = typeof item === 'string' ? decode(strategy, SecretBytes.fromUtf8(item)) : undefined;
    const text = bytes === undefined ? undefined : textOf(bytes);
    if (typeof item === 'string' && text === undefined) return undefined;
    entries.push([key, text ?? item]);
  }
  return Object.fromEntries(entries);
}

function put(fields: ManifestFields, path: TemplatePath, entries: Readonly<Record<string, string>>): ManifestFields {
  return Object.keys(entries).length === 0 ? fields : asFields(changeField(fields, path, (there) => (isMap(there) ? { ...there, ...entries } : entries)));
}

function asFields(value: unknown): ManifestFields {
  if (!isMap(value)) throw new FieldError('an object is a map');
  return value;
}

/** Values as texts, which is all that JSON has for them. */
function textsOf(data: ReadonlyMap<string, SecretBytes>, place: string): { readonly entries: Readonly<Record<string, string>>; readonly problems: readonly TemplateProblem[] } {
  const texts = [...data].map(([key, value]) => ({ key, text: textOf(value) }));
  const problems = texts.flatMap(({ key, text }): readonly TemplateProblem[] => (text === undefined ? [{ kind: 'template', place, message: `the value of ${quoteKey(key)} is not UTF-8 text, and only a Secret holds other values` }] : []));
  return { entries: Object.fromEntries(texts.flatMap(({ key, text }) => (text === undefined ? [] : [[key, text]]))), problems };
}
