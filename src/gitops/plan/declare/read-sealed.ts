import { parseSealedSecret } from '../../../api/sealed-secret.ts';
import { decodeCiphertext } from '../../../seal/ciphertext.ts';
import { sealedProvides } from '../../../secret/sealed-provides.ts';
import { fieldProblems } from '../../render/manifest-reader.ts';
import { fieldsOf } from '../needs/field.ts';
import type { Problem, RenderedObject, TaintedPath } from '../plan.ts';
import { checkSealed } from './check-sealed.ts';
import type { DeclaredSecret } from './declarations.ts';

/** What a SealedSecret declares, and what is wrong with it. */
export interface ReadSealed {
  /** Absent where it cannot be read. */
  readonly secret?: DeclaredSecret;
  readonly problems: readonly Problem[];
  /** Where a value stands that was never sealed. */
  readonly hidden: readonly TaintedPath[];
}

export interface SealedPlace {
  /** The SealedSecret as it stands in Git: without the namespace that was filled in. */
  readonly source: RenderedObject;
  /** The Application's namespace. */
  readonly destination: string;
}

/** Reads a SealedSecret that has been put into its namespace. */
export function readSealed(one: RenderedObject, { source, destination }: SealedPlace): ReadSealed {
  const hidden = unsealed(one);
  const parsed = parseSealedSecret(one.object);
  if (!parsed.ok) return { problems: fieldProblems(parsed.errors, one), hidden };
  const { kind, metadata } = one.object;
  const { namespace = destination, name } = metadata;
  const secret = { ...sealedProvides(parsed.value), namespace, by: { kind, name, origin: one.origin } };
  return { secret, problems: checkSealed(source, parsed.value, destination), hidden };
}

function unsealed({ object }: RenderedObject): readonly TaintedPath[] {
  const { encryptedData } = fieldsOf(object['spec']);
  return Object.entries(fieldsOf(encryptedData)).flatMap(([key, value]) => (typeof value === 'string' && decodeCiphertext(value) !== undefined ? [] : [['spec', 'encryptedData', key]]));
}
