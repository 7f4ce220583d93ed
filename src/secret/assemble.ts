import type { ExternalSecretSpec } from '../api/external-secret-spec.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { Extracted } from './extract-keys.ts';
import type { KeyOrigin, Provenance, Traced } from './provenance.ts';
import type { RemoteValues } from './read-values.ts';
import { sizeProblem } from './secret-size.ts';
import { selectValue } from './select-value.ts';
import type { ValueProblem } from './value-problem.ts';

/** All of the data, or none and every reason why. */
export type Assembled =
  | {
      readonly ok: true;
      readonly data: ReadonlyMap<string, SecretBytes>;
      readonly provenance: Provenance;
      /** What is gone from the provider, where the deletion policy takes that for an answer; their keys are not in `data`. */
      readonly missing: readonly ValueProblem[];
    }
  | { readonly ok: false; readonly problems: readonly ValueProblem[] };

/**
 * Builds the data that an ExternalSecret reads: dataFrom in order, then data; what comes later wins. If anything is missing there is no
 * data at all, so that no Secret is ever written by half. What the provider positively does not hold is left out where a deletion policy
 * says what becomes of the Secret then; with `Retain` it is a reason like any other.
 * @param extracted what `extractAll` has made of dataFrom
 */
export function assemble(spec: ExternalSecretSpec, values: RemoteValues, extracted: readonly Extracted[]): Assembled {
  const data = new Map<string, SecretBytes>();
  const provenance = new Map<string, KeyOrigin>();
  const problems: ValueProblem[] = [];
  const put = (key: string, { value, origin }: Traced): void => {
    data.set(key, value);
    provenance.set(key, origin);
  };
  for (const [index, entry] of extracted.entries()) {
    if (entry.ok) for (const [key, traced] of entry.value) put(key, traced);
    else problems.push({ path: `spec.dataFrom[${index}]`, ...entry.problem });
  }
  for (const [index, { secretKey, ...entry }] of spec.data.entries()) {
    const selected = selectValue(entry, values);
    if (selected.ok) put(secretKey, selected.value);
    else problems.push({ path: `spec.data[${index}]`, ...selected.problem });
  }
  const { missing, reasons } = sortProblems(spec, problems);
  // of what templates are given, the Secret may come to hold a part
  const tooLarge = reasons.length > 0 || spec.template !== undefined ? undefined : sizeProblem(data);
  if (tooLarge !== undefined) return { ok: false, problems: [{ kind: 'unusable', path: 'spec', message: tooLarge }] };
  return reasons.length > 0 ? { ok: false, problems: reasons } : { ok: true, data, provenance, missing };
}

function sortProblems({ deletionPolicy }: ExternalSecretSpec, problems: readonly ValueProblem[]): { readonly missing: readonly ValueProblem[]; readonly reasons: readonly ValueProblem[] } {
  if (deletionPolicy === 'Retain') return { missing: [], reasons: problems };
  return { missing: problems.filter(({ kind }) => kind === 'absent'), reasons: problems.filter(({ kind }) => kind !== 'absent') };
}
