import { z } from 'zod';
import { caBundle, caProvider } from '../../src/provider/authority.ts';
import { secretKeySelector, secretKeySelectorOr, serviceAccountSelector } from '../../src/provider/field.ts';
import type { VaultConfig } from './config.ts';
import { vaultServer } from './config.ts';
import { mountField } from './mount-field.ts';

const appRole = z
  .strictObject({
    path: mountField('approle'),
    roleId: z.string().min(1).exactOptional().describe('The id of the role.'),
    roleRef: secretKeySelector().exactOptional().describe('Key of a Secret with the id of the role, instead of `roleId`.'),
    secretRef: secretKeySelector().describe('Key of a Secret with the secret id.'),
  })
  .refine(({ roleId, roleRef }) => (roleId === undefined) !== (roleRef === undefined), 'needs either roleId or roleRef')
  .describe('AppRole.');

const kubernetes = z
  .strictObject({
    path: mountField('kubernetes'),
    role: z.string().min(1).describe('The role in OpenBao.'),
    serviceAccountRef: serviceAccountSelector().exactOptional().describe('The service account whose token logs in.'),
    secretRef: secretKeySelectorOr('token').exactOptional().describe('Key of a Secret with a token of a service account, `token` where no key is said.'),
  })
  .refine(({ serviceAccountRef, secretRef }) => (serviceAccountRef === undefined) !== (secretRef === undefined), 'needs either serviceAccountRef or secretRef')
  .describe('A service account of the cluster.');

const auth = z
  .strictObject({
    namespace: z.string().exactOptional().describe('The namespace of OpenBao to log in to, where it is another one.'),
    tokenSecretRef: secretKeySelector().exactOptional().describe('Key of a Secret with a token.'),
    appRole: appRole.exactOptional(),
    kubernetes: kubernetes.exactOptional(),
    userPass: z
      .strictObject({
        path: mountField('userpass'),
        username: z.string().trim().min(1).describe('The name of the user.'),
        secretRef: secretKeySelector().describe('Key of a Secret with the password.'),
      })
      .exactOptional()
      .describe('Username and password.'),
  })
  .refine(({ namespace: _namespace, ...methods }) => Object.values(methods).length === 1, 'needs exactly one of tokenSecretRef, appRole, kubernetes and userPass')
  .describe('How to log in to OpenBao.');

/** `spec.provider.openBao`: External Secrets has fewer fields for it than for Vault, and one that is called otherwise. What it means is the same. */
export const openBaoConfig: z.ZodType<VaultConfig> = z
  .strictObject({
    server: vaultServer('https://openbao.example.com:8200').describe('The address of OpenBao.'),
    auth: auth.exactOptional(),
    path: z.string().exactOptional().describe('Where the key-value engine is mounted; where absent, each key begins with it.'),
    version: z.enum(['v1', 'v2']).exactOptional().describe('The version of the key-value engine, `v2` where absent.'),
    namespace: z.string().exactOptional().describe('The namespace of OpenBao.'),
    caBundle: caBundle().exactOptional(),
    caProvider: caProvider().exactOptional(),
  })
  .refine((config) => config.caBundle === undefined || config.caProvider === undefined, { path: ['caProvider'], error: 'cannot stand beside caBundle' })
  .transform(({ auth: written, ...config }): VaultConfig => {
    if (written === undefined) return config;
    const { kubernetes: account, ...methods } = written;
    if (account === undefined) return { ...config, auth: methods };
    const { path, ...rest } = account;
    return { ...config, auth: { ...methods, kubernetes: { ...rest, ...(path === undefined ? {} : { mountPath: path }) } } };
  })
  .describe('Secrets of the key-value engines of OpenBao.');
