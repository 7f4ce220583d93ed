/** Tags of DER. */
const [integer, octets, objectIdentifier, sequence] = [0x02, 0x04, 0x06, 0x30];
/** PBES2 and PBKDF2 (RFC 8018). */
const [pbes2, pbkdf2] = ['2a864886f70d01050d', '2a864886f70d01050c'];

/**
 * How many rounds of PBKDF2 a passphrase goes through before it opens a key (EncryptedPrivateKeyInfo, RFC 5958).
 * @param der all of it, in DER
 * @returns undefined where the key is none, or its passphrase is derived otherwise
 */
export function derivationRounds(der: Buffer): number | undefined {
  // EncryptedPrivateKeyInfo > AlgorithmIdentifier of PBES2 > its parameters > AlgorithmIdentifier of PBKDF2 > its parameters
  const scheme = inside(inside(elementAt(der), sequence), sequence);
  const derivation = inside(inside(parametersOf(scheme, pbes2), sequence), sequence);
  const salt = inside(parametersOf(derivation, pbkdf2), sequence);
  const rounds = salt?.tag === octets ? elementAt(salt.rest) : undefined;
  if (rounds?.tag !== integer || rounds.content.length === 0 || rounds.content.length > 6) return undefined;
  return rounds.content.readUIntBE(0, rounds.content.length);
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** What follows it. */
  readonly rest: Buffer;
}

/** The first element in one of this tag. */
function inside(outer: Element | undefined, tag: number): Element | undefined {
  return outer?.tag === tag ? elementAt(outer.content) : undefined;
}

/** What stands behind the name of an algorithm. */
function parametersOf(name: Element | undefined, identifier: string): Element | undefined {
  return name?.tag === objectIdentifier && name.content.toString('hex') === identifier ? elementAt(name.rest) : undefined;
}

/** Lengths of an open end, and of more than two bytes, are none: no key has them. */
function elementAt(bytes: Buffer): Element | undefined {
  const [tag, first] = [bytes[0], bytes[1]];
  if (tag === undefined || first === undefined) return undefined;
  const more = first < 0x80 ? 0 : first - 0x80;
  if (first >= 0x80 && (more < 1 || more > 2 || bytes.length < 2 + more)) return undefined;
  const length = more === 0 ? first : bytes.readUIntBE(2, more);
  const from = 2 + more;
  return bytes.length < from + length ? undefined : { tag, content: bytes.subarray(from, from + length), rest: bytes.subarray(from + length) };
}
