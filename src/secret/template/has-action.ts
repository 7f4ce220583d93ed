import type { SecretBytes } from '../../lib/secret-bytes.ts';

const leftDelimiter = '{{';

/** Whether a text holds anything that a template engine would act on; without, it renders as what it is. */
export function hasAction(text: SecretBytes): boolean {
  const bytes = text.reveal();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(leftDelimiter);
}
