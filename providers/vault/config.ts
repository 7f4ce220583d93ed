import { z } from 'zod';
import { authorityCredentials, caBundle, caProvider } from '../../src/provider/authority.ts';
import type { CredentialSelector } from '../../src/provider/contract.ts';
import { secretKeySelectorOr } from '../../src/provider/field.ts';
import { headersField } from '../../src/provider/headers-field.ts';
import type { VaultAuth } from './auth-config.ts';
import { ownIdentityMethod, vaultAuth } from './auth-config.ts';

/** The address of a server. */
export function vaultServer(example: string) {
  return z.string().regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, `must be a URL like ${example}`);
}

/** Who asks, and where, is in fields of its own: a header would stand in the place of the session's token, and be read by whoever may see the store. */
const ownHeaders = {
  'x-vault-token': 'is what auth says, which keeps it in a Secret; remove it',
  'x-vault-namespace': 'is what namespace says; say it there',
} as const;

/** How to reach a Vault and as whom: `provider` of a VaultDynamicSecret, and of a store. */
export const vaultConfig = z
  .strictObject({
    server: vaultServer('https://vault.example.com:8200').describe('The address of Vault.'),
    auth: vaultAuth.exactOptional(),
    path: z.string().exactOptional().describe('Where the key-value engine is mounted; where absent, each key begins with it. Without meaning for a generator.'),
    version: z.enum(['v1', 'v2']).exactOptional().describe('The version of the key-value engine, `v2` where absent. Without meaning for a generator.'),
    namespace: z.string().exactOptional().describe('The namespace of Vault.'),
    headers: headersField(ownHeaders).exactOptional().describe('Headers of every request.'),
    caBundle: caBundle().exactOptional(),
    caProvider: caProvider().exactOptional(),
    tls: z
      .strictObject({
        certSecretRef: secretKeySelectorOr('tls.crt').exactOptional().describe('Key of a Secret with the certificate, PEM, `tls.crt` where no key is said.'),
        keySecretRef: secretKeySelectorOr('tls.key').exactOptional().describe('Key of a Secret with its private key, PEM, `tls.key` where no key is said.'),
      })
      .exactOptional()
      .describe('The client certificate of every connection.'),
    readYourWrites: z.boolean().exactOptional().describe('Whether a read sees the writes before it, whichever node answers.'),
    forwardInconsistent: z.boolean().exactOptional().describe('Whether a node that is behind passes requests on to the active one; with `readYourWrites`.'),
    checkAndSet: z
      .strictObject({ required: z.boolean().exactOptional().describe('Whether writes name the version that they replace. They always do.') })
      .exactOptional()
      .describe('What Vault demands of writes to a key-value engine of version v2. Without meaning for a generator.'),
  })
  .refine(({ tls = {} }) => (tls.certSecretRef === undefined) === (tls.keySecretRef === undefined), { path: ['tls'], error: 'needs both certSecretRef and keySecretRef' })
  .refine(({ version, checkAndSet }) => version !== 'v1' || checkAndSet?.required !== true, { path: ['checkAndSet'], error: 'needs version v2' })
  .describe('How to reach HashiCorp Vault, or OpenBao.');

export type VaultConfig = z.output<typeof vaultConfig>;

/** What a configuration names in the cluster. */
export function vaultCredentials({ auth = {}, tls = {}, ...config }: VaultConfig): readonly CredentialSelector[] {
  const secrets = [...(auth.tokenSecretRef === undefined ? secretsOf(auth) : [auth.tokenSecretRef]), tls.certSecretRef, tls.keySecretRef];
  const accounts = [auth.kubernetes?.serviceAccountRef, auth.jwt?.kubernetesServiceAccountToken?.serviceAccountRef, auth.iam?.jwt?.serviceAccountRef];
  return [
    ...secrets.filter((selector) => selector !== undefined),
    ...accounts.flatMap((selector) => (selector === undefined ? [] : [{ kind: 'ServiceAccount', ...selector } as const])),
    ...authorityCredentials(config),
  ];
}

function secretsOf({ appRole, kubernetes, ldap, userPass, jwt, cert, iam, gcp }: VaultAuth) {
  const users = [ldap?.secretRef, userPass?.secretRef, jwt?.secretRef, cert?.clientCert, cert?.secretRef];
  const keys = iam?.secretRef;
  return [appRole?.roleRef, appRole?.secretRef, kubernetes?.secretRef, ...users, keys?.accessKeyIDSecretRef, keys?.secretAccessKeySecretRef, keys?.sessionTokenSecretRef, gcp?.secretRef?.secretAccessKeySecretRef];
}

/** Whether Vault is asked as Prelude itself. */
export function usesOwnIdentity({ auth = {} }: VaultConfig): boolean {
  return ownIdentityMethod(auth) !== undefined;
}
