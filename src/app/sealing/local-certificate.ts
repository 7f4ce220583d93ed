import { silentLog } from '../../lib/log.ts';
import { openKeys } from '../sealing-keys/open-keys.ts';
import type { KeyShape } from '../sealing-keys/create-key.ts';

/** As Sealed Secrets makes it: 4096 bits, good for ten years. */
export const ownKeyShape: Omit<KeyShape, 'namespace'> = { prefix: 'sealed-secrets-key', bits: 4096, validFor: 87_600 * 3_600_000, commonName: '', labels: {}, annotations: {} };

/** The namespace in which a folder's keys are, as `prelude keys --local` has it. */
export const localKeyNamespace = 'prelude';

/** The certificate that values are sealed with for a folder of `prelude up --local`. Its first key is made where there is none. @throws KubeError */
export async function localCertificate(folder: string, signal: AbortSignal): Promise<string> {
  const keys = await openKeys({ kind: 'local', folder }, localKeyNamespace, silentLog);
  try {
    return await keys.certificate(ownKeyShape, signal);
  } finally {
    await keys.close();
  }
}
