import { z } from 'zod';
import { secretKeySelector, secretKeySelectorOr, serviceAccountSelector } from '../../src/provider/field.ts';
import { gcpAuth, iamAuth } from './cloud-auth-config.ts';
import { mountField } from './mount-field.ts';

const appRole = z
  .strictObject({
    path: mountField('approle'),
    roleId: z.string().exactOptional().describe('The id of the role.'),
    roleRef: secretKeySelector().exactOptional().describe('Key of a Secret with the id of the role, instead of `roleId`.'),
    secretRef: secretKeySelector().describe('Key of a Secret with the secret id.'),
  })
  .refine(({ roleId, roleRef }) => (roleId ?? '') !== '' || roleRef !== undefined, 'needs roleId or roleRef')
  .describe('AppRole.');

const kubernetes = z
  .strictObject({
    mountPath: mountField('kubernetes'),
    role: z.string().min(1).describe('The role in Vault.'),
    serviceAccountRef: serviceAccountSelector().exactOptional().describe('The service account whose token logs in.'),
    secretRef: secretKeySelectorOr('token').exactOptional().describe('Key of a Secret with a token of a service account, `token` where no key is said.'),
  })
  .describe("A service account of the cluster; without `serviceAccountRef` and `secretRef`, Prelude's own.");

/** LDAP and username with password differ in their paths only. */
function password(standard: string, what: string) {
  return z
    .strictObject({
      path: mountField(standard),
      username: z.string().trim().min(1).describe('The name of the user.'),
      secretRef: secretKeySelector().describe('Key of a Secret with the password.'),
    })
    .describe(what);
}

const jwt = z
  .strictObject({
    path: mountField('jwt'),
    role: z.string().trim().exactOptional().describe('The role in Vault; its default role where absent.'),
    secretRef: secretKeySelector().exactOptional().describe('Key of a Secret with a JWT.'),
    kubernetesServiceAccountToken: z
      .strictObject({
        serviceAccountRef: serviceAccountSelector().describe('The service account.'),
        audiences: z.array(z.string()).exactOptional().describe('Audiences of its token, `vault` where absent.'),
        expirationSeconds: z.int().exactOptional().describe('For how long its token is valid, 600 where absent.'),
      })
      .exactOptional()
      .describe('A token of a service account of the cluster, instead of `secretRef`.'),
  })
  .refine(({ secretRef, kubernetesServiceAccountToken }) => secretRef !== undefined || kubernetesServiceAccountToken !== undefined, 'needs secretRef or kubernetesServiceAccountToken')
  .describe('A JWT.');

const cert = z
  .strictObject({
    path: mountField('cert'),
    vaultRole: z.string().exactOptional().describe('The role in Vault; any that fits where absent.'),
    clientCert: secretKeySelector().describe('Key of a Secret with the certificate, PEM.'),
    secretRef: secretKeySelector().describe('Key of a Secret with its private key, PEM.'),
  })
  .describe('A client certificate.');

/** `auth` of a Vault: of several methods the first one counts, in the order of this list, as upstream. */
export const vaultAuth = z
  .strictObject({
    namespace: z.string().exactOptional().describe('The namespace of Vault to log in to, where it is another one.'),
    tokenSecretRef: secretKeySelector().exactOptional().describe('Key of a Secret with a token.'),
    appRole: appRole.exactOptional(),
    kubernetes: kubernetes.exactOptional(),
    ldap: password('ldap', 'LDAP.').exactOptional(),
    userPass: password('userpass', 'Username and password.').exactOptional(),
    jwt: jwt.exactOptional(),
    cert: cert.exactOptional(),
    iam: iamAuth.exactOptional(),
    gcp: gcpAuth.exactOptional(),
  })
  .refine(({ namespace: _namespace, ...methods }) => Object.values(methods).some((method) => method !== undefined), 'names no method: tokenSecretRef, appRole, kubernetes, ldap, userPass, jwt, cert, iam or gcp')
  .describe('How to log in to Vault.');

export type VaultAuth = z.output<typeof vaultAuth>;

/** The method that counts, where it proves who asks with nothing that the configuration names: then it is Prelude itself. */
export function ownIdentityMethod({ tokenSecretRef, appRole, kubernetes, ldap, userPass, jwt, cert, iam, gcp }: VaultAuth): 'kubernetes' | 'iam' | 'gcp' | undefined {
  if (tokenSecretRef !== undefined || appRole !== undefined) return undefined;
  if (kubernetes !== undefined) return kubernetes.serviceAccountRef === undefined && kubernetes.secretRef === undefined ? 'kubernetes' : undefined;
  if (ldap !== undefined || userPass !== undefined || jwt !== undefined || cert !== undefined) return undefined;
  if (iam !== undefined) return iam.jwt === undefined && iam.secretRef === undefined ? 'iam' : undefined;
  return gcp !== undefined && gcp.secretRef === undefined ? 'gcp' : undefined;
}
