import type { ExternalSecret } from '../../src/api/external-secret.ts';
import { parseExternalSecret } from '../../src/api/external-secret.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import { formatErrors } from '../../src/api/schema.ts';

/** An ExternalSecret for tests, as the API server would return it: reads `prod/db` into the key `password`. */
export function externalSecretObject(more: { readonly metadata?: Partial<ObjectMeta>; readonly spec?: Readonly<Record<string, unknown>>; readonly status?: unknown } = {}): KubeObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'database', namespace: 'devnet', uid: 'uid-database', generation: 1, resourceVersion: '10', ...more.metadata },
    spec: { secretStoreRef: { name: 'vault' }, data: [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }], ...more.spec },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

/** The same, parsed. */
export function externalSecret(more: Parameters<typeof externalSecretObject>[0] = {}): ExternalSecret {
  const parsed = parseExternalSecret(externalSecretObject(more));
  if (!parsed.ok) throw new Error(`the test object does not parse: ${formatErrors(parsed.errors)}`);
  return parsed.value;
}
