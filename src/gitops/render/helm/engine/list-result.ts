import type { Codec } from '../../../../template/value/go-function.ts';
import type { Slice } from '../../../../template/value/value.ts';

/** How a function writes an `[]interface {}` that it has made as a value. */
export const listResult: Pick<Codec<Slice>, 'write'> = { write: (value) => value };
