import type { z } from 'zod';
import { supportedOf } from './known-values.ts';

/** How a value is encoded; `Auto` tries Base64, then Base64URL, and else takes the value as it is. */
export type DecodingStrategy = 'None' | 'Auto' | 'Base64' | 'Base64URL';

/** A field with a decoding strategy; its description says what is decoded. */
export function decodingStrategy(): z.ZodLiteral<DecodingStrategy> {
  return supportedOf(['None', 'Auto', 'Base64', 'Base64URL'], ['Auto', 'Base64', 'Base64URL', 'None']);
}
