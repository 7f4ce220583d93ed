import { z } from 'zod';
import { formatKey, keyOf, type KubeObject } from '../../../api/object.ts';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { type GithubApp, githubAppOf, githubAppProblem, type KeyText, namesGithubApp } from './github-app.ts';
import { placeOf, type RepositoryPlace } from './repository-place.ts';

/** What one of Argo CD's repository Secrets says: for which repositories it is, and how their server is asked. */
export interface RepositoryCredential {
  /** `Secret namespace/name`, for messages. */
  readonly name: string;
  /** `repository`: of this one; `prefix`: of all at or below it (Argo CD's `repo-creds`). */
  readonly scope: 'repository' | 'prefix';
  readonly place: RepositoryPlace;
  /** Why it is not used, and what to do. Then it holds nothing else. */
  readonly problem?: string;
  readonly login?: { readonly username: SecretBytes; readonly password: SecretBytes };
  readonly bearerToken?: SecretBytes;
  readonly sshPrivateKey?: SecretBytes;
  /** Asked for a token, which is the password. */
  readonly githubApp?: GithubApp;
  /** PEM, for servers that want to know who asks. */
  readonly clientCertificate?: { readonly cert: string; readonly key: SecretBytes };
  /** Lines of a known_hosts file, that pin the server's keys. */
  readonly knownHosts?: string;
  /** Another one for every change of the Secret. */
  readonly version: string;
}

/** Label of the Secrets, and its values. */
const secretTypeLabel = 'argocd.argoproj.io/secret-type';
export const repositorySecrets = `${secretTypeLabel} in (repository,repo-creds)`;

const scopes: Readonly<Record<string, RepositoryCredential['scope']>> = { repository: 'repository', 'repo-creds': 'prefix' };

const secretData = z.record(z.string(), z.base64().transform((text) => new SecretBytes(Buffer.from(text, 'base64')))).catch({});
type SecretData = z.output<typeof secretData>;

/** Keys of which any value but an empty one asks for what this version does not do. To pass over them would change what the Secret means. */
const refusedKeys: readonly (readonly [string, string])[] = [
  ['gcpServiceAccountKey', 'gcpServiceAccountKey is not supported; use a password'],
  ['proxy', 'proxy is not supported; for Git over https, set HTTPS_PROXY for the controller; charts are fetched without a proxy'],
];

/** The same, where the value is `true`. */
const refusedChoices: readonly (readonly [string, string])[] = [
  ['insecure', 'insecure: true is refused: nobody would know who answers; name the authority to the controller (GIT_SSL_CAINFO for Git, NODE_EXTRA_CA_CERTS for charts), or pin the host keys in known_hosts'],
  ['insecureIgnoreHostKey', 'insecureIgnoreHostKey: true is refused: nobody would know who answers; pin the host keys in known_hosts'],
  ['insecureOCIForceHttp', 'insecureOCIForceHttp: true is refused: credentials would go over the network in plain text'],
  ['useAzureWorkloadIdentity', 'useAzureWorkloadIdentity is not supported; use a password'],
];

/**
 * Reads a Secret with Argo CD's label. Undefined where it names no repository that has a server. Nothing is quoted of what it holds.
 */
export function readRepositorySecret(secret: KubeObject): RepositoryCredential | undefined {
  const scope = scopes[secret.metadata.labels?.[secretTypeLabel] ?? ''];
  const data = secretData.parse(secret['data']);
  const place = placeOf(textOf(data['url']).trim());
  if (scope === undefined || place === undefined) return undefined;
  const { uid = '', resourceVersion = '' } = secret.metadata;
  const identity = { name: `Secret ${formatKey(keyOf(secret))}`, scope, place, version: `${uid}/${resourceVersion}` };
  const problem = problemOf(data, place);
  return problem === undefined ? { ...identity, ...meansOf(data) } : { ...identity, problem };
}

function problemOf(data: SecretData, { transport }: RepositoryPlace): string | undefined {
  const key = refusedKeys.find(([name]) => textOf(data[name]) !== '');
  const choice = refusedChoices.find(([name]) => textOf(data[name]).trim().toLowerCase() === 'true');
  const project = textOf(data['project']).trim();
  if (key !== undefined) return key[1];
  if (choice !== undefined) return choice[1];
  if (project !== '' && project !== 'default') return 'it is for one project only, and credentials are not told apart by project; take `project` away, or make it default';
  if (isSet(data['tlsClientCertData']) !== isSet(data['tlsClientCertKey'])) return 'tlsClientCertData and tlsClientCertKey go together';
  // one line is one header; whatever follows would be another
  const hasBreak = ['username', 'password', 'bearerToken'].some((name) => /[\r\n\0]/.test(textOf(data[name]).trimEnd()));
  if (hasBreak) return 'username, password and bearerToken have one line each';
  const text: KeyText = (key) => textOf(data[key]);
  return namesGithubApp(text) ? githubAppProblem(text, transport) : undefined;
}

type Means = Pick<RepositoryCredential, 'login' | 'bearerToken' | 'sshPrivateKey' | 'githubApp' | 'clientCertificate' | 'knownHosts'>;

function meansOf(data: SecretData): Means {
  const { bearerToken, sshPrivateKey, tlsClientCertKey: key } = data;
  const cert = textOf(data['tlsClientCertData']);
  const knownHosts = textOf(data['known_hosts']);
  const text: KeyText = (name) => textOf(data[name]);
  const hasLogin = isSet(data['username']) || isSet(data['password']);
  return {
    ...(hasLogin ? { login: { username: lineOf(data['username']), password: lineOf(data['password']) } } : {}),
    ...(isSet(bearerToken) ? { bearerToken: lineOf(bearerToken) } : {}),
    ...(sshPrivateKey !== undefined && isSet(sshPrivateKey) ? { sshPrivateKey } : {}),
    ...(namesGithubApp(text) ? { githubApp: githubAppOf(text) } : {}),
    ...(key !== undefined && cert !== '' ? { clientCertificate: { cert, key } } : {}),
    ...(knownHosts === '' ? {} : { knownHosts }),
  };
}

/** Whether it says how to ask: Argo CD takes those of a prefix otherwise. */
export function hasMeans({ login, bearerToken, sshPrivateKey, githubApp, clientCertificate }: RepositoryCredential): boolean {
  return (login ?? bearerToken ?? sshPrivateKey ?? githubApp ?? clientCertificate) !== undefined;
}

function isSet(value: SecretBytes | undefined): boolean {
  return value !== undefined && value.size > 0;
}

/** Editors leave a line break at the end, which is part of no password. */
function lineOf(value: SecretBytes | undefined): SecretBytes {
  return SecretBytes.fromUtf8(textOf(value).trimEnd());
}

function textOf(value: SecretBytes | undefined): string {
  return value === undefined ? '' : Buffer.from(value.reveal()).toString('utf8');
}
