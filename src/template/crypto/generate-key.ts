import { generateKeyPairSync } from 'node:crypto';
import { type DsaKey, readDsaKey } from './dsa-key.ts';
import { type PrivateKey, readPkcs8 } from './private-key.ts';

/** The sizes of sprig's keys. */
export function generateRsaKey(modulusLength: number): PrivateKey {
  return readPkcs8(generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'der', type: 'pkcs8' }));
}

export function generateEcKey(): PrivateKey {
  return readPkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' }));
}

export function generateEd25519Key(): PrivateKey {
  return readPkcs8(generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }));
}

export function generateDsaKey(): DsaKey {
  return readDsaKey(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey);
}
