import { createHmac, randomBytes } from 'node:crypto';
import type { RemoteWrite } from '../../provider/contract.ts';
import { canonicalJson } from '../../provider/canonical-json.ts';
import { dataHash } from '../../secret/object-hash.ts';

/**
 * A hash of all that the provider is told with one value, and of where it stands.
 * @param provider changes whenever the store points somewhere else
 */
export type PushDigest = (provider: string, write: RemoteWrite) => string;

/** Makes hashes that nobody can look values up by: the key lives as long as this process and is shown to none. */
export function createPushDigest(): PushDigest {
  const secret = randomBytes(32);
  return (provider, { value, source, metadata = null, remoteKey, property = null, admittedNamespace = null, secretKey = null, updatePolicy }) => {
    // where all of a Secret goes, some providers take its values as they are, and not the JSON
    const whole = secretKey === null ? dataHash(new Map([...source.data].map(([key, bytes]) => [key, bytes.reveal()]))) : null;
    const { type, labels, annotations } = source;
    const rest = canonicalJson([provider, remoteKey, property, secretKey, updatePolicy, metadata, admittedNamespace, type, labels, annotations, whole]);
    return createHmac('sha256', secret).update(`${Buffer.byteLength(rest)} ${rest}`).update(value.reveal()).digest('base64');
  };
}
