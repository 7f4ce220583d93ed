import { isIP } from 'node:net';

/** What may be asked beside what is public or private. */
export interface AddressRules {
  /** Whether this machine itself may be asked. */
  readonly allowLoopback: boolean;
  /** Whether link-local and metadata addresses may be asked: by Prelude for its own identity, never for a tenant. */
  readonly allowMetadata?: boolean;
  /** Addresses that are refused besides: this pod's own, where its other ports are nobody's business. */
  readonly ownAddresses?: readonly string[];
}

interface Range {
  /** An address of 4 or 16 bytes. */
  readonly prefix: string;
  readonly bits: number;
  readonly what: string;
}

const metadata = "a cloud's metadata address";

const linkLocal = 'a link-local address';
/** What machines of a cloud ask about themselves. */
const machineOnly: ReadonlySet<string> = new Set([metadata, linkLocal]);

/** What nobody outside this machine has a reason to name. Private ranges are not among them: services of the cluster live there. */
const refused: readonly Range[] = [
  { prefix: '100.100.100.200', bits: 32, what: metadata },
  { prefix: '168.63.129.16', bits: 32, what: metadata },
  { prefix: '169.254.169.254', bits: 32, what: metadata },
  { prefix: '169.254.0.0', bits: 16, what: linkLocal },
  { prefix: '192.0.0.0', bits: 24, what: 'an address of a network protocol' },
  { prefix: '0.0.0.0', bits: 8, what: 'an unspecified address' },
  { prefix: '224.0.0.0', bits: 4, what: 'a multicast address' },
  { prefix: '240.0.0.0', bits: 4, what: 'a reserved address' },
  // Amazon's and Google's: metadata and what lies beside it
  { prefix: 'fd00:ec2::', bits: 32, what: metadata },
  { prefix: 'fd20:ce::', bits: 32, what: metadata },
  { prefix: 'fe80::', bits: 10, what: linkLocal },
  { prefix: 'fec0::', bits: 10, what: 'a site-local address' },
  // where in it the IPv4 address stands is the operator's choice
  { prefix: '64:ff9b:1::', bits: 48, what: 'an address of a local gateway to IPv4' },
  { prefix: 'ff00::', bits: 8, what: 'a multicast address' },
  { prefix: '::', bits: 128, what: 'an unspecified address' },
  { prefix: '::ffff:0:0', bits: 96, what: 'an IPv4 address in the form of IPv6' },
  { prefix: '::ffff:0:0:0', bits: 96, what: 'an IPv4 address in the form of IPv6' },
];

const loopback: readonly Range[] = [
  { prefix: '127.0.0.0', bits: 8, what: 'a loopback address' },
  { prefix: '::1', bits: 128, what: 'a loopback address' },
];

/** Where IPv6 holds an IPv4 address that a gateway forwards to: networks without IPv4 reach all of the internet so. */
const gateways: readonly { readonly prefix: string; readonly bits: number; readonly at: number }[] = [
  { prefix: '64:ff9b::', bits: 96, at: 12 },
  { prefix: '2002::', bits: 16, at: 2 },
  { prefix: '::', bits: 96, at: 12 },
];

/**
 * Why an address may not be asked, or undefined where it may. To be told of the address that is connected to, never only of a name.
 * @param address IPv4 or IPv6 as the system writes it; anything else is refused
 */
export function addressProblem(address: string, rules: AddressRules): string | undefined {
  const bytes = bytesOf(address);
  if (bytes === undefined) return 'no address';
  if (rules.ownAddresses?.some((own) => bytesOf(own)?.join() === bytes.join()) === true) return "an address of Prelude's own";
  return problemOf(bytes, rules);
}

function problemOf(bytes: Uint8Array, rules: AddressRules): string | undefined {
  const own = loopback.find((range) => isWithin(bytes, range));
  if (own !== undefined) return rules.allowLoopback ? undefined : own.what;
  const range = refused.find((candidate) => isWithin(bytes, candidate));
  if (range !== undefined) return rules.allowMetadata === true && machineOnly.has(range.what) ? undefined : range.what;
  const gateway = gateways.find((candidate) => isWithin(bytes, candidate));
  return gateway === undefined ? undefined : problemOf(bytes.subarray(gateway.at, gateway.at + 4), { allowLoopback: false });
}

function isWithin(bytes: Uint8Array, { prefix, bits }: Pick<Range, 'prefix' | 'bits'>): boolean {
  const wanted = bytesOf(prefix) ?? new Uint8Array();
  if (wanted.length !== bytes.length) return false;
  return wanted.every((byte, index) => {
    const mask = (0xff << Math.max(0, 8 - Math.max(0, bits - index * 8))) & 0xff;
    return (byte & mask) === ((bytes[index] ?? 0) & mask);
  });
}

/** The 4 or 16 bytes of an address, without its zone. */
function bytesOf(address: string): Uint8Array | undefined {
  const family = isIP(address);
  if (family === 0) return undefined;
  const text = address.replace(/%.*$/, '');
  if (family === 4) return Uint8Array.from(text.split('.').map(Number));
  const dotted = /[0-9]+(?:\.[0-9]+){3}$/.exec(text)?.[0];
  const hexadecimal = dotted === undefined ? text : text.slice(0, -dotted.length) + groupsOf(dotted);
  const [head = '', tail] = hexadecimal.split('::');
  const first = wordsOf(head);
  const last = wordsOf(tail ?? '');
  const words = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

/** The IPv4 address at the end of an IPv6 address, as two groups. */
function groupsOf(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function wordsOf(groups: string): readonly number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16));
}
