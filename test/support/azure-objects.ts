import { createPrivateKey, createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { azureCertificate } from './azure-certificate.ts';

/** The three collections of a vault, as its URLs name them. */
export const collections = ['secrets', 'keys', 'certificates'] as const;
export type Collection = (typeof collections)[number];

const attributes = z.object({ enabled: z.boolean().optional(), exp: z.number().optional(), nbf: z.number().optional() }).optional();
const tags = z.record(z.string(), z.string()).optional();

/** Bodies of writes. */
export const bodies = {
  secret: z.object({ value: z.string(), tags, attributes, contentType: z.string().optional() }),
  update: z.object({ tags, attributes }),
  key: z.object({ key: z.record(z.string(), z.unknown()), tags, attributes }),
  certificate: z.object({ value: z.string(), tags, attributes, policy: z.object({ secret_props: z.object({ contentType: z.string() }) }).optional() }),
} as const;

export interface Version {
  readonly id: string;
  /** The part of the answer that is the value: `value`, `key` or `cer`. */
  readonly content: object;
  readonly created: number;
  updated: number;
  enabled: boolean;
  tags: Readonly<Record<string, string>> | undefined;
  exp: number | undefined;
  nbf: number | undefined;
}

interface Stored {
  readonly name: string;
  readonly versions: Version[];
  isDeleted: boolean;
}

type Marks = Partial<Pick<Version, 'tags' | 'exp' | 'nbf' | 'enabled'>>;

/** What a vault holds. Names mean the same in any case. Deleted objects keep their names. */
export class AzureObjects {
  /** The vault's clock, in seconds. */
  now = Math.floor(Date.now() / 1000);
  readonly #stored = new Map<string, Stored>();

  /** A new version, which is the current one. Returns its id. */
  add(collection: Collection, name: string, content: object, { tags: written, exp, nbf, enabled = true }: Marks = {}): string {
    const id = randomBytes(16).toString('hex');
    const stored = this.#find(collection, name) ?? { name, versions: [], isDeleted: false };
    stored.versions.push({ id, content, created: this.now, updated: this.now, enabled, tags: written, exp, nbf });
    stored.isDeleted = false;
    this.#stored.set(keyOf(collection, name), stored);
    return id;
  }

  /** One version, the current one where none is named. */
  get(collection: Collection, name: string, id = ''): Version | undefined {
    const stored = this.#find(collection, name);
    if (stored === undefined || stored.isDeleted) return undefined;
    return id === '' ? stored.versions.at(-1) : stored.versions.find((version) => version.id === id);
  }

  isDeleted(collection: Collection, name: string): boolean {
    return this.#find(collection, name)?.isDeleted === true;
  }

  /** Deletes so that it can be recovered, as every vault does now. */
  delete(collection: Collection, name: string): void {
    const stored = this.#find(collection, name);
    if (stored !== undefined) stored.isDeleted = true;
  }

  /** Forgets what is deleted. */
  purge(collection: Collection, name: string): void {
    if (this.isDeleted(collection, name)) this.#stored.delete(keyOf(collection, name));
  }

  /** All that are not deleted, by name, each with its current version. */
  list(collection: Collection): readonly (readonly [name: string, current: Version])[] {
    const prefix = `${collection}/`;
    return [...this.#stored].filter(([key, { isDeleted }]) => key.startsWith(prefix) && !isDeleted).flatMap(([, { name, versions }]) => versions.slice(-1).map((version) => [name, version] as const)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #find(collection: Collection, name: string): Stored | undefined {
    return this.#stored.get(keyOf(collection, name));
  }
}

function keyOf(collection: Collection, name: string): string {
  return `${collection}/${name.toLowerCase()}`;
}

/** What is told of an imported key: its public half. Undefined for what is no key. */
export function publicKeyOf(key: Readonly<Record<string, unknown>>): object | undefined {
  try {
    if (key['kty'] === 'oct') return undefined;
    // a vault's name for the curve of Bitcoin
    const isKoblitz = key['crv'] === 'P-256K';
    const told = createPublicKey(createPrivateKey({ key: isKoblitz ? { ...key, crv: 'secp256k1' } : key, format: 'jwk' })).export({ format: 'jwk' });
    return isKoblitz ? { ...told, crv: 'P-256K' } : told;
  } catch {
    return undefined;
  }
}

/** What is told of an imported certificate, DER in Base64. Undefined for what a vault does not take: other content than it is said to be, PKCS #1 keys, no key. */
export function certificateIn(value: string, contentType: string | undefined): string | undefined {
  try {
    if (contentType === 'application/x-pem-file') {
      return value.includes('-----BEGIN PRIVATE KEY-----') ? new X509Certificate(value.slice(value.indexOf('-----BEGIN CERTIFICATE-----'))).raw.toString('base64') : undefined;
    }
    // a vault reads PKCS#12 by itself; this one knows the file of the test
    return Buffer.from(value, 'base64').equals(azureCertificate.pkcs12) ? new X509Certificate(azureCertificate.cert).raw.toString('base64') : undefined;
  } catch {
    return undefined;
  }
}
