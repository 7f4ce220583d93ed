import type { DataFromEntry, ExternalSecretSpec } from '../api/external-secret-spec.ts';
import { secretKeyProblem } from '../api/kube-text.ts';
import { convertKey } from './convert-key.ts';
import type { Traced } from './provenance.ts';
import { quoteKey } from './quote-key.ts';
import type { RemoteValues } from './read-values.ts';
import type { KeysToRewrite } from './rewrite-keys.ts';
import { rewriteKeys } from './rewrite-keys.ts';
import { decodeValue, nameOf, selectExtract, selectFound } from './select-value.ts';
import type { RenderTexts } from './template/render-texts.ts';
import type { Selected } from './value-problem.ts';
import { unusable } from './value-problem.ts';

/** The keys and values of one `dataFrom` entry, or why there are none. */
export type Extracted = Selected<ReadonlyMap<string, Traced>>;

/**
 * Takes what the `dataFrom` entries that read say out of what the providers answered; keys and values are still the providers'.
 * @returns a result for each entry, in their order; undefined for generators
 */
export function selectAll({ dataFrom }: Pick<ExternalSecretSpec, 'dataFrom'>, values: RemoteValues): readonly (Extracted | undefined)[] {
  return dataFrom.map((entry, index) => {
    if (entry.kind === 'extract') return selectExtract(entry, values);
    return entry.kind === 'find' ? selectFound(entry, index, values) : undefined;
  });
}

/**
 * Makes keys of a Secret of the entries' keys: they are rewritten as the entries ask, or else converted to what Kubernetes takes. Values
 * are decoded last. What generators made is taken as it is, save for rewriting.
 * @param selected a result for each entry, in their order
 */
export async function extractAll({ dataFrom }: Pick<ExternalSecretSpec, 'dataFrom'>, selected: readonly Extracted[], render: RenderTexts): Promise<readonly Extracted[]> {
  const objects = new Map<number, KeysToRewrite>();
  for (const [index, object] of selected.entries()) {
    const steps = dataFrom[index]?.rewrite ?? [];
    if (object.ok && steps.length > 0) objects.set(index, { steps, extracted: object.value });
  }
  const results = objects.size === 0 ? [] : await rewriteKeys([...objects.values()], render);
  const rewritten = new Map([...objects.keys()].map((index, place) => [index, results[place]]));
  return dataFrom.map((entry, index) => {
    const object = rewritten.get(index) ?? selected[index];
    if (object === undefined) throw new Error('an entry of dataFrom was not selected');
    return object.ok ? finishEntry(entry, object.value) : object;
  });
}

function finishEntry(entry: DataFromEntry, object: ReadonlyMap<string, Traced>): Extracted {
  const what = nameOfEntry(entry);
  const accepted = acceptableKeys(entry, what, object);
  if (!accepted.ok || entry.kind === 'generator') return accepted;
  const policies = entry.kind === 'extract' ? entry.extract : entry.find;
  const finished = new Map<string, Traced>();
  for (const [key, { value, origin }] of accepted.value) {
    const decoded = decodeValue(policies, `the key ${quoteKey(key)} of ${what}`, value);
    if (!decoded.ok) return decoded;
    finished.set(key, { value: decoded.value, origin });
  }
  return { ok: true, value: finished };
}

/** Checks that Kubernetes takes the keys, converted first where they may be. An empty key is dropped, as upstream. */
function acceptableKeys(entry: DataFromEntry, what: string, extracted: ReadonlyMap<string, Traced>): Extracted {
  const accepted = new Map<string, Traced>();
  for (const [remoteKey, traced] of extracted) {
    const key = convertedKey(entry, remoteKey);
    if (key === '') continue;
    const problem = secretKeyProblem(key) ?? (accepted.has(key) ? 'stands for two keys of the object after conversion; rename one' : undefined);
    if (problem !== undefined) return unusable(`the key ${quoteKey(key)} of ${what} ${problem}`);
    accepted.set(key, traced);
  }
  return { ok: true, value: accepted };
}

function convertedKey(entry: DataFromEntry, key: string): string {
  if (entry.kind === 'generator' || entry.rewrite.length > 0) return key;
  return convertKey(key, (entry.kind === 'extract' ? entry.extract : entry.find).conversionStrategy);
}

function nameOfEntry(entry: DataFromEntry): string {
  switch (entry.kind) {
    case 'extract':
      return nameOf(entry.extract);
    case 'find':
      return 'what was found';
    default:
      return `${entry.generator.kind} "${entry.generator.name}"`;
  }
}
