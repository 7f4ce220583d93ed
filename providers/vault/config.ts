import { z } from 'zod';
import { authorityCredentials, caBundle, caProvider } from '../../src/provider/authority.ts';
import type { CredentialSelector } from '../../src/provider/contract.ts';
import { secretKeySelectorOr } from '../../src/provider/field.ts';
import type { VaultAuth } from './auth-config.ts';
import { vaultAuth } from './auth-config.ts';

/** How to reach a Vault and as whom: `provider` of a VaultDynamicSecret, and of a store. */
export const vaultConfig = z
  .strictObject({
    server: z
      .string()
      .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'must be a URL like https://vault.example.com:8200')
      .describe('The address of Vault.'),
    auth: vaultAuth.exactOptional(),
    path: z.string().exactOptional().describe('The mount of the key-value engine; without meaning for a generator.'),
    version: z.enum(['v1', 'v2']).exactOptional().describe('The version of the key-value engine; without meaning for a generator.'),
    namespace: z.string().exactOptional().describe('The namespace of Vault.'),
    headers: z.record(z.string(), z.string()).exactOptional().describe('Headers of every request.'),
    caBundle: caBundle().exactOptional(),
    caProvider: caProvider().exactOptional(),
    tls: z
      .strictObject({
        certSecretRef: secretKeySelectorOr('tls.crt').exactOptional().describe('Key of a Secret with the certificate, PEM, `tls.crt` where no key is said.'),
        keySecretRef: secretKeySelectorOr('tls.key').exactOptional().describe('Key of a Secret with its private key, PEM, `tls.key` where no key is said.'),
      })
      .exactOptional()
      .describe('The client certificate of every connection.'),
    readYourWrites: z.boolean().exactOptional().describe('Whether a read sees the writes before it.'),
    forwardInconsistent: z.boolean().exactOptional().describe('Whether a node that is behind passes requests on to the active one; with `readYourWrites`.'),
    checkAndSet: z
      .strictObject({ required: z.boolean().exactOptional().describe('Whether writes are checked.') })
      .exactOptional()
      .describe('Without meaning for a generator.'),
  })
  .describe('How to reach HashiCorp Vault, or OpenBao.');

export type VaultConfig = z.output<typeof vaultConfig>;

/** What a configuration names in the cluster. */
export function vaultCredentials({ auth = {}, tls = {}, ...config }: VaultConfig): readonly CredentialSelector[] {
  const secrets = [...(auth.tokenSecretRef === undefined ? secretsOf(auth) : [auth.tokenSecretRef]), tls.certSecretRef, tls.keySecretRef];
  const accounts = [auth.kubernetes?.serviceAccountRef, auth.jwt?.kubernetesServiceAccountToken?.serviceAccountRef];
  return [
    ...secrets.filter((selector) => selector !== undefined),
    ...accounts.flatMap((selector) => (selector === undefined ? [] : [{ kind: 'ServiceAccount', ...selector } as const])),
    ...authorityCredentials(config),
  ];
}

function secretsOf({ appRole, kubernetes, ldap, userPass, jwt, cert }: VaultAuth) {
  return [appRole?.roleRef, appRole?.secretRef, kubernetes?.secretRef, ldap?.secretRef, userPass?.secretRef, jwt?.secretRef, cert?.clientCert, cert?.secretRef];
}
