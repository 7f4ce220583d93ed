import type { DataFromEntry, ExternalSecretSpec, RemoteSource } from '../api/external-secret-spec.ts';
import { secretKeyProblem } from '../api/kube-text.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { convertKey } from './convert-key.ts';
import { quoteKey } from './quote-key.ts';
import type { RemoteValues } from './read-values.ts';
import type { KeysToRewrite, Rewritten } from './rewrite-keys.ts';
import { rewriteKeys } from './rewrite-keys.ts';
import { selectExtract } from './select-value.ts';
import type { RenderTexts } from './template/render-texts.ts';
import type { Selected } from './value-problem.ts';
import { unusable } from './value-problem.ts';

/** The keys and values of one `dataFrom` entry, or why there are none. */
export type Extracted = Selected<ReadonlyMap<string, SecretBytes>>;

/**
 * Takes what the `dataFrom` entries of an ExternalSecret say out of what the provider answered. Their keys are rewritten as they ask, or
 * else converted to what Kubernetes takes.
 * @returns a result for each entry, in their order
 */
export async function extractAll({ dataFrom }: ExternalSecretSpec, values: RemoteValues, render: RenderTexts): Promise<readonly Extracted[]> {
  const extracted = dataFrom.map((entry) => selectExtract(entry.extract, values));
  const objects = new Map<number, KeysToRewrite>();
  for (const [index, object] of extracted.entries()) {
    const steps = dataFrom[index]?.rewrite ?? [];
    if (object.ok && steps.length > 0) objects.set(index, { steps, extracted: object.value });
  }
  const results = objects.size === 0 ? [] : await rewriteKeys([...objects.values()], render);
  const rewritten = new Map([...objects.keys()].map((index, place) => [index, results[place]]));
  return dataFrom.map((entry, index) => finish(entry, extracted[index], rewritten.get(index)));
}

function finish({ extract, rewrite }: DataFromEntry, extracted: Extracted | undefined, rewritten: Rewritten | undefined): Extracted {
  const object = rewritten ?? extracted;
  if (object === undefined) throw new Error('an entry of dataFrom was not extracted');
  return object.ok ? acceptableKeys(extract, object.value, rewrite.length === 0) : object;
}

/** Checks that Kubernetes takes the keys, converted first where they may be. An empty key is dropped, as upstream. */
function acceptableKeys(source: RemoteSource, extracted: ReadonlyMap<string, SecretBytes>, convert: boolean): Extracted {
  const accepted = new Map<string, SecretBytes>();
  for (const [remoteKey, value] of extracted) {
    const key = convert ? convertKey(remoteKey) : remoteKey;
    if (key === '') continue;
    const problem = secretKeyProblem(key) ?? (accepted.has(key) ? 'stands for two keys of the object after conversion; rename one' : undefined);
    if (problem !== undefined) return unusable(`the key ${quoteKey(key)} of "${source.key}" ${problem}`);
    accepted.set(key, value);
  }
  return { ok: true, value: accepted };
}
