import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { derivationRounds } from './encrypted-key.ts';

/** Characters of a PEM file: a key of so many bits has a quarter of them. */
const largest = 16_384;
/** As long as signing does not hold everything else up. */
const mostBits = 4096;
/** A fifth of a second in which nothing else happens; OpenSSL has 2,048 of them where nobody says otherwise, other tools some ten thousand. */
const mostRounds = 100_000;

const block = /-----BEGIN ((?:RSA |ENCRYPTED )?PRIVATE KEY)-----([^-]*(?:-[^-]+)*)-----END \1-----/g;

/**
 * An RSA key in PEM: PKCS #1 or PKCS #8, with a passphrase or without. What would take long to open is refused before it is tried.
 * @throws ProviderError `invalid`, which quotes nothing of it
 */
export function readOciKey(pem: string, passphrase: string | undefined): KeyObject {
  const [[whole, label, body] = ['', '', ''], ...others] = pem.length > largest ? [] : [...pem.matchAll(block)];
  const key = others.length > 0 ? undefined : open({ whole, label: label ?? '', body: body ?? '' }, passphrase);
  if (key?.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? Infinity) <= mostBits) return key;
  throw wrong(`the Secret holds no RSA private key in PEM that this passphrase opens, or one of more than ${mostBits} bits`);
}

function open({ whole, label, body }: { readonly whole: string; readonly label: string; readonly body: string }, passphrase: string | undefined): KeyObject | undefined {
  const opened = passphrase === undefined ? {} : { passphrase };
  if (label === 'ENCRYPTED PRIVATE KEY') {
    // the bytes that were looked at are those that are opened, whatever else might be read out of the text
    const der = Buffer.from(body, 'base64');
    const rounds = derivationRounds(der);
    if (rounds === undefined || rounds > mostRounds) throw wrong(`its passphrase must be one of PKCS #8 with no more than ${mostRounds} rounds of PBKDF2: others hold everything up; encrypt the key anew with openssl pkcs8 -topk8 -v2 aes256`);
    return orNone(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8', ...opened }));
  }
  // a passphrase of PKCS #1 is one round; a key that has none is not tried with it
  return orNone(() => createPrivateKey({ key: whole, ...(label === 'RSA PRIVATE KEY' ? opened : {}) }));
}

function orNone(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    // OpenSSL's words may quote the key
    return undefined;
  }
}

function wrong(what: string): ProviderError {
  return new ProviderError('invalid', `auth.ociAuthCredentials.privateKey: ${what}`);
}
