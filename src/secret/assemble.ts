import type { DataFromEntry, ExternalSecretSpec, RemoteSource } from '../api/external-secret-spec.ts';
import { secretKeyProblem } from '../api/kube-text.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import { convertKey } from './convert-key.ts';
import type { RemoteValues } from './read-values.ts';
import { selectExtract, selectValue } from './select-value.ts';
import type { Selected, ValueProblem } from './value-problem.ts';
import { unusable } from './value-problem.ts';

/** All of the data, or none and every reason why. */
export type Assembled = { readonly ok: true; readonly data: ReadonlyMap<string, SecretBytes> } | { readonly ok: false; readonly problems: readonly ValueProblem[] };

/** What a Secret may hold in all: MaxSecretSize of the Kubernetes API. */
const largestSecret = 1024 * 1024;

/**
 * Builds the data of a Secret: dataFrom in order, then data; what comes later wins. If anything is missing there is no data at
 * all, so that no Secret is ever written by half.
 */
export function assemble(spec: ExternalSecretSpec, values: RemoteValues): Assembled {
  const data = new Map<string, SecretBytes>();
  const problems: ValueProblem[] = [];
  for (const [index, entry] of spec.dataFrom.entries()) {
    const extracted = extract(entry, values);
    if (extracted.ok) for (const [key, value] of extracted.value) data.set(key, value);
    else problems.push({ path: `spec.dataFrom[${index}]`, ...extracted.problem });
  }
  for (const [index, { secretKey, remoteRef }] of spec.data.entries()) {
    const selected = selectValue(remoteRef, values);
    if (selected.ok) data.set(secretKey, selected.value);
    else problems.push({ path: `spec.data[${index}]`, ...selected.problem });
  }
  if (problems.length > 0) return { ok: false, problems };

  const size = [...data.values()].reduce((sum, value) => sum + value.size, 0);
  if (size > largestSecret) {
    const message = `the values are ${size} bytes together, and a Secret holds at most ${largestSecret}`;
    return { ok: false, problems: [{ kind: 'unusable', path: 'spec', message }] };
  }
  return { ok: true, data };
}

function extract({ extract: source }: DataFromEntry, values: RemoteValues): Selected<ReadonlyMap<string, SecretBytes>> {
  const selected = selectExtract(source, values);
  return selected.ok ? convertKeys(source, selected.value) : selected;
}

/** Converts the keys of an extracted object and checks that Kubernetes takes them. An empty key is dropped, as upstream. */
function convertKeys(source: RemoteSource, extracted: ReadonlyMap<string, SecretBytes>): Selected<ReadonlyMap<string, SecretBytes>> {
  const converted = new Map<string, SecretBytes>();
  for (const [remoteKey, value] of extracted) {
    const key = convertKey(remoteKey);
    if (key === '') continue;
    const problem = secretKeyProblem(key) ?? (converted.has(key) ? `stands for two keys of the object after conversion; rename one` : undefined);
    if (problem !== undefined) return unusable(`the key ${quote(key)} of "${source.key}" ${problem}`);
    converted.set(key, value);
  }
  return { ok: true, value: converted };
}

const longestQuote = 64;

function quote(key: string): string {
  return key.length <= longestQuote ? JSON.stringify(key) : `${JSON.stringify(key.slice(0, longestQuote))}…`;
}
