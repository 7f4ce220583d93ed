import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { type KeyAnswer, refuse } from './key-answer.ts';

/** What is tried for one key of a file. */
const mostIdentities = 100;
/** Of an age file that holds a data key. */
const mostBytes = 32_768;
/** SOPS writes one for each age file, and age itself may add one that means nothing. */
const mostStanzas = 4;
/** Their recipients, by the list that they stand in: found once for all keys of all files of a pass. */
const byRecipient = new WeakMap<readonly string[], Promise<ReadonlyMap<string, string>>>();

/** Identities that can be used here, and what is wrong with the others. */
export interface AgeIdentities {
  readonly identities: readonly string[];
  /** e.g. that plugins cannot be run here; none quotes a key. */
  readonly problems: readonly string[];
}

/** Reads a file of identities: one a line, `#` before a comment. X25519 and the post-quantum hybrid are known. */
export function readAgeIdentities(text: string): AgeIdentities {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const identities: string[] = [];
  const problems: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    if (/^AGE-SECRET-KEY-(1|PQ-1)[0-9A-Z]+$/.test(line)) identities.push(line);
    else problems.push(`line ${index + 1} ${line.startsWith('AGE-PLUGIN-') ? 'is a key of an age plugin, which cannot be run here' : 'is no age key (AGE-SECRET-KEY-1… or AGE-SECRET-KEY-PQ-1…)'}`);
  }
  if (identities.length > mostIdentities) problems.push(`has more than ${mostIdentities} keys; the others are not tried`);
  return { identities: identities.slice(0, mostIdentities), problems };
}

/**
 * Opens a data key that is encrypted for an age recipient, with the identity of that recipient. SOPS tries every identity; here a hostile
 * file would then choose how many curve operations its keys cost.
 */
export async function openWithAge({ enc, recipient }: { readonly enc: string; readonly recipient: string }, identities: readonly string[]): Promise<KeyAnswer> {
  if (identities.length === 0) return refuse('there is no age key at hand (a key *.agekey of the Secret)');
  const { armor, Decrypter } = await import('age-encryption');
  const known = byRecipient.get(identities) ?? recipientsOf(identities);
  byRecipient.set(identities, known);
  const identity = (await known).get(recipient);
  if (identity === undefined) return refuse(`none of the ${identities.length} age keys at hand opens it`);
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const file = armor.decode(enc);
    if (file.length > mostBytes || stanzasOf(file) > mostStanzas) return refuse('its age file is too large, or has more recipients than SOPS writes');
    return { ok: true, part: new SecretBytes(await decrypter.decrypt(file)) };
  } catch {
    // why is nobody's business, and the library's words may quote
    return refuse(`none of the ${identities.length} age keys at hand opens it`);
  }
}

async function recipientsOf(identities: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { identityToRecipient } = await import('age-encryption');
  const found = new Map<string, string>();
  for (const identity of identities) {
    try {
      found.set(await identityToRecipient(identity), identity);
    } catch {
      // its letters were mistyped; the library's words may quote
    }
  }
  return found;
}

/** Lines of the header that begin a recipient's part. */
function stanzasOf(file: Uint8Array): number {
  return Buffer.from(file).toString('latin1').split('\n---')[0]?.split('\n-> ').length ?? 0;
}

/**
 * Encrypts a data key for one age recipient, as SOPS does: armored.
 * @throws Error where it is no recipient
 */
export async function wrapForAge(dataKey: SecretBytes, recipient: string): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(dataKey.reveal()));
}
