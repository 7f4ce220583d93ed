import type { ExternalSecretSpec } from '../api/external-secret-spec.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { Extracted } from './extract-keys.ts';
import type { RemoteValues } from './read-values.ts';
import { sizeProblem } from './secret-size.ts';
import { selectValue } from './select-value.ts';
import type { ValueProblem } from './value-problem.ts';

/** All of the data, or none and every reason why. */
export type Assembled = { readonly ok: true; readonly data: ReadonlyMap<string, SecretBytes> } | { readonly ok: false; readonly problems: readonly ValueProblem[] };

/**
 * Builds the data that an ExternalSecret reads: dataFrom in order, then data; what comes later wins. If anything is missing there is no
 * data at all, so that no Secret is ever written by half.
 * @param extracted what `extractAll` has made of dataFrom
 */
export function assemble(spec: ExternalSecretSpec, values: RemoteValues, extracted: readonly Extracted[]): Assembled {
  const data = new Map<string, SecretBytes>();
  const problems: ValueProblem[] = [];
  for (const [index, entry] of extracted.entries()) {
    if (entry.ok) for (const [key, value] of entry.value) data.set(key, value);
    else problems.push({ path: `spec.dataFrom[${index}]`, ...entry.problem });
  }
  for (const [index, { secretKey, remoteRef }] of spec.data.entries()) {
    const selected = selectValue(remoteRef, values);
    if (selected.ok) data.set(secretKey, selected.value);
    else problems.push({ path: `spec.data[${index}]`, ...selected.problem });
  }
  // of what templates are given, the Secret may come to hold a part
  const tooLarge = problems.length > 0 || spec.template !== undefined ? undefined : sizeProblem(data);
  if (tooLarge !== undefined) problems.push({ kind: 'unusable', path: 'spec', message: tooLarge });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, data };
}
