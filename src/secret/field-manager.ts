import { secretFieldManagerPrefix } from '../api/names.ts';
import { textHash } from './object-hash.ts';

/** The API server takes longer names, but External Secrets hashes above this length, and we must write the same. */
const longest = 63;

/** The field manager under which the Secret of an ExternalSecret is written. */
export function secretFieldManager(externalSecretName: string): string {
  const plain = `${secretFieldManagerPrefix}${externalSecretName}`;
  return plain.length > longest ? `${secretFieldManagerPrefix}sha3/${textHash(externalSecretName)}` : plain;
}
