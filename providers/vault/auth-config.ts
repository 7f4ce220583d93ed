import { z } from 'zod';
import { secretKeySelector, secretKeySelectorOr, serviceAccountSelector, unsupported } from '../../src/provider/field.ts';

/** Where a method is mounted; it is a part of a path. */
function mount(standard: string) {
  return z
    .string()
    .regex(/^[^/\s?#]+(\/[^/\s?#]+)*$/, 'must be a path without / at its begin and end')
    .refine((path) => path.split('/').every((part) => part !== '.' && part !== '..'), 'must not hold . or .. as a part')
    .exactOptional()
    .describe(`Where the method is mounted, \`${standard}\` where absent.`);
}

const appRole = z
  .strictObject({
    path: mount('approle'),
    roleId: z.string().exactOptional().describe('The id of the role.'),
    roleRef: secretKeySelector().exactOptional().describe('Key of a Secret with the id of the role, instead of `roleId`.'),
    secretRef: secretKeySelector().describe('Key of a Secret with the secret id.'),
  })
  .refine(({ roleId, roleRef }) => (roleId ?? '') !== '' || roleRef !== undefined, 'needs roleId or roleRef')
  .describe('AppRole.');

const kubernetes = z
  .strictObject({
    mountPath: mount('kubernetes'),
    role: z.string().min(1).describe('The role in Vault.'),
    serviceAccountRef: serviceAccountSelector().exactOptional().describe('The service account whose token logs in.'),
    secretRef: secretKeySelectorOr('token').exactOptional().describe('Key of a Secret with a token of a service account, `token` where no key is said.'),
  })
  // the token of the controller itself must never serve a tenant
  .refine(({ serviceAccountRef, secretRef }) => serviceAccountRef !== undefined || secretRef !== undefined, "needs serviceAccountRef or secretRef: this version of Prelude does not log in with the controller's own token")
  .describe('A service account of the cluster.');

/** LDAP and username with password differ in their paths only. */
function password(standard: string, what: string) {
  return z
    .strictObject({
      path: mount(standard),
      username: z.string().trim().min(1).describe('The name of the user.'),
      secretRef: secretKeySelector().describe('Key of a Secret with the password.'),
    })
    .describe(what);
}

const jwt = z
  .strictObject({
    path: mount('jwt'),
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
    path: mount('cert'),
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
    iam: unsupported(),
    gcp: unsupported(),
  })
  .refine(({ namespace: _namespace, ...methods }) => Object.values(methods).some((method) => method !== undefined), 'names no method: tokenSecretRef, appRole, kubernetes, ldap, userPass, jwt or cert')
  .describe('How to log in to Vault.');

export type VaultAuth = z.output<typeof vaultAuth>;
