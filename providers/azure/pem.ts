import { createPrivateKey, X509Certificate } from 'node:crypto';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

/** Certificates, in the order of the file, and the private key that comes with them. */
export interface PemContent {
  readonly certificates: readonly X509Certificate[];
  /** PEM, PKCS #8. */
  readonly key?: string;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;
/** PKCS#12 is read by the functions that templates have for it, where its cost is bounded. */
const fromPkcs12 = '{{ .file.base64 | b64dec | pkcs12key }}{{ "\\n" }}{{ .file.base64 | b64dec | pkcs12cert }}';

/**
 * What a file of certificates holds, be it PEM or PKCS#12 without a password.
 * @throws ProviderError `invalid` for anything else, which quotes nothing of it
 */
export async function pemOf(file: SecretBytes, render: ProviderContext['renderTemplate']): Promise<PemContent> {
  return contentOf(isPem(file) ? textOf(file) : textOf(await readPkcs12(file, render)));
}

/** Whether a file is PEM, and no binary format. */
export function isPem(file: SecretBytes): boolean {
  return textOf(file).includes('-----BEGIN ');
}

async function readPkcs12(file: SecretBytes, render: ProviderContext['renderTemplate']): Promise<SecretBytes> {
  const base64 = SecretBytes.fromUtf8(Buffer.from(file.reveal()).toString('base64'));
  try {
    return await render(fromPkcs12, new Map([['file', new Map([['base64', base64]])]]));
  } catch (error) {
    // the template is not the user's: its problem would name what nobody has written
    if (error instanceof ProviderError && error.kind === 'invalid') throw new ProviderError('invalid', 'the value is neither PEM nor a PKCS#12 file without a password');
    throw error;
  }
}

function contentOf(pem: string): PemContent {
  const blocks = [...pem.matchAll(block)].map(([text, label = '']) => ({ text, label }));
  const key = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ text }) => read('certificate', () => new X509Certificate(text)));
  return { certificates, ...(key === undefined ? {} : { key: read('private key', () => createPrivateKey(key.text).export({ type: 'pkcs8', format: 'pem' }).toString()) }) };
}

function read<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    // OpenSSL's words may quote the input
    throw new ProviderError('invalid', `the value holds a ${what} in PEM that cannot be read`);
  }
}

function textOf(file: SecretBytes): string {
  return Buffer.from(file.reveal()).toString('utf8');
}
