import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { readJson } from '../../src/provider/ask.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ownTokenFile, requireClusterStore } from '../../src/provider/own-proof.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { z } from 'zod';
import type { VaultAuth } from './auth-config.ts';
import { ownIdentityMethod } from './auth-config.ts';
import { gcpLoginBody, iamLoginBody } from './cloud-login.ts';
import type { VaultConfig } from './config.ts';
import type { VaultApi } from './vault-api.ts';
import { textOf } from './vault-api.ts';

/** A token, and for how long it serves. */
export interface VaultLogin {
  readonly token: SecretBytes;
  /** Seconds; 0: it does not end, or is not ours to know. */
  readonly leaseSeconds: number;
  /** Whether Vault prolongs it when asked. */
  readonly isRenewable: boolean;
  /** It was there before: whoever is done with it must not revoke it. */
  readonly isGiven: boolean;
}

/** What is sent to log in. */
interface Attempt {
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  /** What to look at where it is refused. */
  readonly field: string;
}

/**
 * Logs in as a configuration says.
 * @returns undefined where it says nothing: then nobody is asked as anybody
 * @throws ProviderError, `denied` where the credentials are refused; the signal's reason
 */
export async function logIn({ auth, namespace }: VaultConfig, api: VaultApi, context: ProviderContext, signal: AbortSignal): Promise<VaultLogin | undefined> {
  if (auth === undefined) return undefined;
  if (auth.tokenSecretRef !== undefined) return { token: await context.secret(auth.tokenSecretRef), leaseSeconds: 0, isRenewable: false, isGiven: true };
  const ownMethod = ownIdentityMethod(auth);
  if (ownMethod !== undefined && context.own !== undefined) requireClusterStore(context, insteadOfOwn[ownMethod]);
  const { path, body, field } = await attemptOf(auth, context, signal);
  const answer = await api.send({ method: 'PUT', path, body, namespace: auth.namespace ?? namespace }, signal);
  // Vault answers wrong passwords and secret ids with 400, as it does a malformed request
  if (answer.status === 400 || answer.status === 403) throw new ProviderError('denied', `Vault refuses to log in (HTTP ${answer.status}); check ${field}`);
  if (answer.status === 404) throw new ProviderError('invalid', `Vault has no such method of logging in (HTTP 404); check the path of ${field}`);
  if (answer.status !== 200) throw api.errorOf(answer);
  const parsed = loginAnswer.safeParse(readJson(answer, 'Vault'));
  if (!parsed.success) throw new ProviderError('unavailable', 'Vault answers a login without a token');
  const { client_token: token, lease_duration: leaseSeconds = 0, renewable: isRenewable = false } = parsed.data.auth;
  return { token: SecretBytes.fromUtf8(token), leaseSeconds, isRenewable, isGiven: false };
}

/** What a store names where it is not to log in as Prelude itself. */
const insteadOfOwn = { kubernetes: 'auth.kubernetes.serviceAccountRef', iam: 'auth.iam.jwt', gcp: 'auth.gcp.secretRef' } as const;

const loginAnswer = z.object({ auth: z.object({ client_token: z.string().min(1), lease_duration: z.number().optional(), renewable: z.boolean().optional() }) });

/** The first method of those that are said, in upstream's order. */
async function attemptOf(auth: VaultAuth, context: ProviderContext, signal: AbortSignal): Promise<Attempt> {
  const { appRole, kubernetes, ldap, userPass, jwt, cert, iam, gcp } = auth;
  const secret = async (selector: Parameters<ProviderContext['secret']>[0]): Promise<string> => textOf(await context.secret(selector));
  if (appRole !== undefined) {
    const { path = 'approle', roleId = '', roleRef, secretRef } = appRole;
    const role = roleId !== '' || roleRef === undefined ? roleId : await secret(roleRef);
    return { path: `auth/${path}/login`, body: { role_id: role.trim(), secret_id: (await secret(secretRef)).trim() }, field: 'auth.appRole' };
  }
  if (kubernetes !== undefined) {
    const { mountPath = 'kubernetes', role } = kubernetes;
    return { path: `auth/${mountPath}/login`, body: { role, jwt: await accountToken(kubernetes, context) }, field: 'auth.kubernetes' };
  }
  if (ldap !== undefined) return { path: `auth/${ldap.path ?? 'ldap'}/login/${ldap.username}`, body: { password: await secret(ldap.secretRef) }, field: 'auth.ldap' };
  if (userPass !== undefined) return { path: `auth/${userPass.path ?? 'userpass'}/login/${userPass.username}`, body: { password: await secret(userPass.secretRef) }, field: 'auth.userPass' };
  if (jwt !== undefined) {
    const { path = 'jwt', role } = jwt;
    return { path: `auth/${path}/login`, body: { ...(role === undefined ? {} : { role }), jwt: await jwtOf(jwt, context) }, field: 'auth.jwt' };
  }
  if (cert !== undefined) return { path: `auth/${cert.path ?? 'cert'}/login`, body: cert.vaultRole === undefined ? {} : { name: cert.vaultRole }, field: 'auth.cert' };
  if (iam !== undefined) return { path: `auth/${iam.path ?? 'aws'}/login`, body: await iamLoginBody(iam, context, signal), field: 'auth.iam' };
  if (gcp === undefined) throw new ProviderError('invalid', 'auth names no method of logging in');
  return { path: `auth/${gcp.path ?? 'gcp'}/login`, body: await gcpLoginBody(gcp, context, signal), field: 'auth.gcp' };
}

async function accountToken({ serviceAccountRef, secretRef }: NonNullable<VaultAuth['kubernetes']>, context: ProviderContext): Promise<string> {
  if (serviceAccountRef !== undefined) return textOf(await context.serviceAccountToken(serviceAccountRef, { audiences: [], expirationSeconds: tokenSeconds }));
  if (secretRef !== undefined) return textOf(await context.secret(secretRef)).trim();
  if (context.own !== undefined) return textOf(await context.own.file(ownTokenFile)).trim();
  throw new ProviderError('invalid', 'auth.kubernetes needs serviceAccountRef or secretRef');
}

async function jwtOf({ secretRef, kubernetesServiceAccountToken: account }: NonNullable<VaultAuth['jwt']>, context: ProviderContext): Promise<string> {
  if (secretRef !== undefined) return textOf(await context.secret(secretRef)).trim();
  if (account === undefined) throw new ProviderError('invalid', 'auth.jwt needs secretRef or kubernetesServiceAccountToken');
  const { serviceAccountRef, audiences = ['vault'], expirationSeconds = tokenSeconds } = account;
  return textOf(await context.serviceAccountToken(serviceAccountRef, { audiences, expirationSeconds }));
}

/** The least that Kubernetes gives: a token logs in once. */
const tokenSeconds = 600;
