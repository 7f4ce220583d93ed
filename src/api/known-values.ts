import { z } from 'zod';

/** Key of the marker that `supportedOf()` leaves in a schema's metadata: all values upstream has, for the CRD. */
export const knownValuesMark = 'x-prelude-known-values';

/**
 * A field of which upstream knows more values than this version acts on. The CRD takes all of `known`; one that is
 * not in `supported` is an error that names path and value, because acting otherwise would change what the manifest means.
 */
export function supportedOf<const V extends string | boolean>(supported: readonly V[], known: readonly (string | boolean)[]): z.ZodLiteral<V> {
  return z
    .literal([...supported], { error: (issue) => refusal(issue.input, supported, known) })
    .meta({ [knownValuesMark]: [...known] });
}

type Value = string | boolean;

function refusal(input: unknown, supported: readonly Value[], known: readonly Value[]): string {
  const choice = supported.map((value) => JSON.stringify(value)).join(' or ');
  // only a word of the closed list is ever quoted, never other input
  const word = known.find((value) => value === input);
  return word === undefined ? `must be ${choice}` : `${JSON.stringify(word)} is not supported by this version of Prelude; use ${choice}`;
}
