import { SecretBytes } from '../../../lib/secret-bytes.ts';

/** An app of GitHub, as one of Argo CD's repository Secrets names it. */
export interface GithubApp {
  readonly appId: string;
  /** Absent: the installation that the repository has is asked for. */
  readonly installationId?: string;
  /** PEM. */
  readonly privateKey: SecretBytes;
  /** The API, without a slash at its end. */
  readonly api: string;
}

/** What of a Secret says which app it is; `text` answers an empty text for a key that is not there. */
export type KeyText = (key: string) => string;

const publicApi = 'https://api.github.com';
const keys = ['githubAppID', 'githubAppInstallationID', 'githubAppPrivateKey', 'githubAppEnterpriseBaseUrl'] as const;
const number = /^[0-9]{1,20}$/;

/** Whether a Secret means an app, complete or not. */
export function namesGithubApp(text: KeyText): boolean {
  return keys.some((key) => text(key) !== '');
}

/** Why an app cannot be asked for as the Secret has it; undefined where it can. Nothing is quoted. */
export function githubAppProblem(text: KeyText, transport: 'https' | 'http' | 'ssh'): string | undefined {
  const api = text('githubAppEnterpriseBaseUrl').trim();
  if (text('githubAppPrivateKey') === '' || !number.test(text('githubAppID').trim())) return 'a GitHub App needs githubAppID, a number, and githubAppPrivateKey, its private key in PEM';
  if (!/^([0-9]{1,20})?$/.test(text('githubAppInstallationID').trim())) return 'githubAppInstallationID must be the number of an installation; without it the one of the repository is asked for';
  if (transport !== 'https') return 'a GitHub App reads repositories over https only; write the url so';
  return api === '' || isApi(api) ? undefined : 'githubAppEnterpriseBaseUrl must be like https://github.example.com/api/v3';
}

/** The key signs who we are, and the answer is a token: neither goes over an open connection. */
function isApi(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.protocol === 'https:' && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** The app that a Secret names, where `githubAppProblem` finds nothing. */
export function githubAppOf(text: KeyText): GithubApp {
  const installationId = text('githubAppInstallationID').trim();
  return {
    appId: text('githubAppID').trim(),
    ...(installationId === '' ? {} : { installationId }),
    privateKey: SecretBytes.fromUtf8(text('githubAppPrivateKey')),
    api: (text('githubAppEnterpriseBaseUrl').trim() || publicApi).replace(/\/+$/, ''),
  };
}
