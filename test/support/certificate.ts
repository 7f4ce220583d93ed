import { createSign, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  readonly commonName: string;
  /** Kubernetes takes them for groups where the certificate is a client's. */
  readonly organizations?: readonly string[];
  /** DNS names and IPv4 addresses of a server. */
  readonly hosts?: readonly string[];
  /** A key of RSA, for those whose protocols know no other. */
  readonly rsa?: true;
  /** Its time was over a minute ago. */
  readonly expired?: true;
}

/** A certificate authority of a test's own, valid from an hour ago for ten days. */
export interface CertificateAuthority {
  readonly cert: string;
  readonly issue: (options: CertificateOptions) => Certificate;
}

/** P-256 throughout: a key costs less than a millisecond. */
export function createAuthority(commonName: string): CertificateAuthority {
  const pair = keyPair();
  const cert = sign({ subject: nameOf({ commonName }), issuer: nameOf({ commonName }), publicKey: pair.publicKey, issuerKey: pair.privateKey, extensions: authorityExtensions() });
  return {
    cert,
    issue: (options) => {
      const leaf = options.rsa === true ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : keyPair();
      return {
        cert: sign({ subject: nameOf(options), issuer: nameOf({ commonName }), publicKey: leaf.publicKey, issuerKey: pair.privateKey, extensions: leafExtensions(options.hosts ?? []), ...(options.expired === true ? { until: -60_000 } : {}) }),
        key: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface Signing {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly extensions: Buffer;
  /** Milliseconds from now; absent: ten days. */
  readonly until?: number;
}

/** RFC 5280, section 4.1: TBSCertificate, its algorithm and its signature. */
function sign({ subject, issuer, publicKey, issuerKey, extensions, until = 10 * 86_400_000 }: Signing): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  // a leading bit of 0 keeps the serial number positive, and one of 1 after it keeps it in its shortest form
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const validity = sequence(time(-3_600_000), time(until));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const toBeSigned = sequence(element(0xa0, integer(2)), element(0x02, serial), algorithm, issuer, validity, subject, spki, element(0xa3, extensions));
  const signature = createSign('sha256').update(toBeSigned).sign(issuerKey);
  return new X509Certificate(sequence(toBeSigned, algorithm, bits(signature))).toString();
}

function authorityExtensions(): Buffer {
  // certificate authority; may sign certificates and revocation lists
  return sequence(extension('2.5.29.19', sequence(element(0x01, Buffer.from([0xff])))), extension('2.5.29.15', element(0x03, Buffer.from([1, 0x06]))));
}

function leafExtensions(hosts: readonly string[]): Buffer {
  const usage = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')));
  if (hosts.length === 0) return sequence(usage);
  const names = hosts.map((host) => (isIP(host) === 4 ? element(0x87, Buffer.from(host.split('.').map(Number))) : element(0x82, Buffer.from(host))));
  return sequence(usage, extension('2.5.29.17', sequence(...names)));
}

function nameOf({ commonName, organizations = [] }: CertificateOptions): Buffer {
  const part = (type: string, text: string): Buffer => element(0x31, sequence(oid(type), element(0x0c, Buffer.from(text))));
  return sequence(...organizations.map((organization) => part('2.5.4.10', organization)), part('2.5.4.3', commonName));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), element(0x04, value));
}

/** One DER element: tag, length, content. */
function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  // the shortest form of the length is the only one that DER allows
  const length = body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return element(0x30, ...content);
}

function integer(value: number): Buffer {
  return element(0x02, Buffer.from([value]));
}

function bits(value: Buffer): Buffer {
  return element(0x03, Buffer.from([0]), value);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return element(0x06, Buffer.from(bytes));
}

/** UTCTime, to the second. */
function time(fromNow: number): Buffer {
  const text = new Date(Date.now() + fromNow).toISOString().replace(/[-:T]|\.\d+/g, '');
  return element(0x17, Buffer.from(text.slice(2)));
}
