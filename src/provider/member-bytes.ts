import { SecretBytes } from '../lib/secret-bytes.ts';

/**
 * The value of a provider that keeps members rather than a text, as Kubernetes keeps a Secret. Its bytes are the JSON object of all
 * members, unless the provider has one that stands for them all; what is no UTF-8 in one is lost there, so a property or an extract takes
 * the members themselves.
 */
export class MemberBytes extends SecretBytes {
  readonly #members: ReadonlyMap<string, SecretBytes>;
  readonly #extracted: ReadonlyMap<string, SecretBytes>;
  /** Nothing stands for them all: where one value is wanted, a member has to be named. */
  readonly needsMember: boolean;

  /**
   * @param whole what it is where no member is asked for; absent: the JSON object of its members; `none`: no value that could be used
   * @param extracted what an extract takes, where the provider has other names for it; absent: the members
   */
  constructor(members: ReadonlyMap<string, SecretBytes>, whole?: SecretBytes | 'none', extracted: ReadonlyMap<string, SecretBytes> = members) {
    super(whole === undefined || whole === 'none' ? jsonOf(members) : whole.reveal());
    this.needsMember = whole === 'none';
    this.#members = members;
    this.#extracted = extracted;
  }

  /** One member as it is, undefined where there is none. */
  member(name: string): SecretBytes | undefined {
    return this.#members.get(name);
  }

  /** All members, by name. */
  members(): ReadonlyMap<string, SecretBytes> {
    return this.#members;
  }

  /** What an extract takes, by name. */
  extracted(): ReadonlyMap<string, SecretBytes> {
    return this.#extracted;
  }

  /** All values that it is made of, each once. */
  parts(): ReadonlySet<SecretBytes> {
    return new Set([...this.#members.values(), ...this.#extracted.values()]);
  }

  /** The same value of other values. @param copy called for each of its parts */
  copied(copy: (part: SecretBytes) => SecretBytes): MemberBytes {
    const copies = new Map([...this.parts()].map((part) => [part, copy(part)]));
    const of = (values: ReadonlyMap<string, SecretBytes>): ReadonlyMap<string, SecretBytes> => new Map([...values].map(([name, part]) => [name, copies.get(part) ?? part]));
    return new MemberBytes(of(this.#members), this.needsMember ? 'none' : new SecretBytes(new Uint8Array(this.reveal())), of(this.#extracted));
  }
}

/** How many bytes a Secret with this value in it would hold: of members, not of the JSON that spells them. */
export function heldBytes(value: SecretBytes): number {
  if (!(value instanceof MemberBytes)) return value.size;
  let size = 0;
  for (const [name, member] of value.members()) size += Buffer.byteLength(name) + heldBytes(member);
  return size;
}

/** As External Secrets writes it: names in the order of their bytes; a member that has members is an object. */
function jsonOf(members: ReadonlyMap<string, SecretBytes>): Uint8Array {
  const names = [...members.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const entries = names.map((name) => {
    const member = members.get(name);
    if (member === undefined) throw new Error('a member is gone while it is written');
    const text = decoder.decode(member.reveal());
    return `${quote(name)}:${member instanceof MemberBytes ? text : quote(text)}`;
  });
  return Buffer.from(`{${entries.join(',')}}`, 'utf8');
}

/** Go escapes the two line separators, which JavaScript does not. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`);
}
