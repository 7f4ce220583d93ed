import type { RepositoryCredential } from './repository-credential.ts';

/** The Authorization header for a server of repositories; undefined where there is nothing to say. */
export function authorizationOf({ login, bearerToken }: Pick<RepositoryCredential, 'login' | 'bearerToken'>): string | undefined {
  if (bearerToken !== undefined) return `Bearer ${text(bearerToken)}`;
  return login === undefined ? undefined : `Basic ${Buffer.from(`${text(login.username)}:${text(login.password)}`).toString('base64')}`;
}

/** Takes whatever of a credential a server or a program may have said back out of a text. */
export function hideCredential(said: string, credential: RepositoryCredential | undefined): string {
  const { login, bearerToken } = credential ?? {};
  const header = credential === undefined ? undefined : authorizationOf(credential)?.replace(/^\S+ /, '');
  const secrets = [header, ...[login?.password, login?.username, bearerToken].map((one) => (one === undefined ? undefined : text(one)))];
  // what is shorter is no secret, and would tear words apart
  return secrets.reduce<string>((left, secret) => (secret === undefined || secret.length < 8 ? left : left.replaceAll(secret, '[redacted]')), said);
}

function text(secret: { readonly reveal: () => Uint8Array }): string {
  return Buffer.from(secret.reveal()).toString('utf8');
}
