import { FunctionError } from '../template-error.ts';
import { type DsaKey, parseDsaKey, writeDsaKey } from './dsa-key.ts';
import { readEcKey, writeEcKey } from './ec-key.ts';
import { decodePem, encodePem } from './pem.ts';
import { type PrivateKey, readPkcs8, writePkcs8 } from './private-key.ts';
import { readRsaKey, writeRsaKey } from './rsa-key.ts';
import { within } from './within.ts';

/** Reads a private key in the form that its PEM block names. @throws FunctionError in sprig's words */
export function parseKeyPem(text: string): PrivateKey | DsaKey {
  const { block } = decodePem(text);
  if (block === undefined) throw new FunctionError('no PEM data in input');
  const { type, bytes } = block;
  if (type === 'PRIVATE KEY') return within('decoding PEM as PKCS#8', () => readPkcs8(bytes));
  if (!type.endsWith(' PRIVATE KEY')) throw new FunctionError('no private key data in PEM block', `no private key data in PEM block of type ${type}`);
  const kind = type.slice(0, -' PRIVATE KEY'.length);
  switch (kind) {
    case 'RSA':
      return within('parsing RSA private key from PEM', () => readRsaKey(bytes));
    case 'EC':
      return within('parsing EC private key from PEM', () => readEcKey(bytes));
    case 'DSA':
      return within('parsing DSA private key from PEM', () => parseDsaKey(bytes));
    default:
      throw new FunctionError('invalid private key type', `invalid private key type ${kind}`);
  }
}

/** Writes a private key in the form of its own kind. */
export function encodeKeyPem(key: PrivateKey | DsaKey): string {
  switch (key.kind) {
    case 'rsa':
      return encodePem({ type: 'RSA PRIVATE KEY', bytes: writeRsaKey(key) });
    case 'dsa':
      return encodePem({ type: 'DSA PRIVATE KEY', bytes: writeDsaKey(key) });
    case 'ec':
      return encodePem({ type: 'EC PRIVATE KEY', bytes: writeEcKey(key, { named: true }) });
    default:
      return encodePem({ type: 'PRIVATE KEY', bytes: writePkcs8(key) });
  }
}
