import { SecretBytes } from '../lib/secret-bytes.ts';
import { MemberBytes } from './member-bytes.ts';

/** The same value in bytes of its own, so that the one may be wiped while the other is used. */
export function ownCopy(value: SecretBytes): SecretBytes {
  if (!(value instanceof MemberBytes)) return new SecretBytes(new Uint8Array(value.reveal()));
  return value.copied(ownCopy);
}

/** Overwrites a value's bytes, those of its members too. Only for whoever made the copy, and lets nobody have it any more. */
export function wipe(value: SecretBytes): void {
  value.reveal().fill(0);
  if (value instanceof MemberBytes) for (const part of value.parts()) wipe(part);
}

/** How many bytes of memory a value takes: members are there beside the JSON that spells them. */
export function bytesIn(value: SecretBytes): number {
  if (!(value instanceof MemberBytes)) return value.size;
  let size = value.size;
  for (const name of [...value.members().keys(), ...value.extracted().keys()]) size += Buffer.byteLength(name);
  for (const part of value.parts()) size += bytesIn(part);
  return size;
}
