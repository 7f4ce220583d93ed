import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialsOf, repositorySecret } from '../../../../test/support/repository-secret.ts';
import { authorizationOf } from './authorization.ts';
import { hasMeans, readRepositorySecret, type RepositoryCredential } from './repository-credential.ts';
import { placeOf } from './repository-place.ts';

function chosen(url: string, ...secrets: readonly ReturnType<typeof repositorySecret>[]): string | undefined {
  return credentialsOf(secrets).find(url)?.name.replace('Secret argocd/', '');
}

describe('the credential for a repository', () => {
  it('is that of the Secret for just this repository, however its URL is spelled', () => {
    const secrets = [repositorySecret('own', { url: 'https://git.example/Acme/Testnets.git', password: 'a' }), repositorySecret('all', { url: 'https://git.example', password: 'b' }, 'repo-creds')];

    for (const url of ['https://git.example/acme/testnets', 'https://GIT.example:443/Acme/Testnets.git/']) expect(chosen(url, ...secrets)).toBe('own');
    expect(chosen('https://git.example/acme/testnets/more', ...secrets)).toBe('all');
    expect(chosen('https://git.example/acme/other', ...secrets)).toBe('all');
  });

  it('is that of the longest prefix otherwise, by whole steps of the path', () => {
    const secrets = ['https://git.example', 'https://git.example/acme', 'https://git.example/acme/test'].map((url, index) => repositorySecret(`p${index}`, { url, password: 'x' }, 'repo-creds'));

    expect(chosen('https://git.example/acme/testnets', ...secrets)).toBe('p1');
    expect(chosen('https://git.example/acme-evil/testnets', ...secrets)).toBe('p0');
    expect(chosen('https://git.example/acme/test/a', ...secrets)).toBe('p2');
  });

  it.each(['https://git.example.evil/acme/a', 'http://git.example/acme/a', 'https://git.example:8443/acme/a', 'git@git.example:acme/a', 'ssh://git@git.example/acme/a', 'file:///git.example/acme/a', '.', '/acme/a'])('is for its own server alone, and not for %s', (url) => {
    expect(chosen(url, repositorySecret('all', { url: 'https://git.example/acme', password: 'x' }, 'repo-creds'))).toBeUndefined();
  });

  it('knows scp-like addresses, and a host without a path', () => {
    for (const url of ['git@git.example', 'git@git.example:acme', 'ssh://git@git.example/acme', 'ssh://git.example:22/acme/']) {
      const secret = repositorySecret('ssh', { url, sshPrivateKey: 'k' }, 'repo-creds');
      expect([chosen('git@git.example:acme/a.git', secret), chosen('ssh://git@git.example/acme/a', secret), chosen('ssh://git@git.example:2222/acme/a', secret)]).toEqual(['ssh', 'ssh', undefined]);
    }
  });

  it('knows registries with and without a scheme', () => {
    const secret = repositorySecret('registry', { url: 'registry.example/charts', type: 'helm', enableOCI: 'true', username: 'u', password: 'p' });

    expect([chosen('oci://registry.example/charts', secret), chosen('registry.example/charts', secret), chosen('registry.example/other', secret)]).toEqual(['registry', 'registry', undefined]);
  });

  it('takes the means of a prefix where the Secret of the repository has none, and keeps its host keys', () => {
    const own = repositorySecret('own', { url: 'git@git.example:acme/a.git', known_hosts: 'git.example ssh-ed25519 AAAA' });
    const all = repositorySecret('all', { url: 'git@git.example:acme', sshPrivateKey: 'k', known_hosts: 'git.example ssh-ed25519 BBBB' }, 'repo-creds');
    const found = credentialsOf([own, all]).find('git@git.example:acme/a');

    expect(found).toMatchObject({ name: 'Secret argocd/all', knownHosts: 'git.example ssh-ed25519 AAAA' });
    expect(found?.sshPrivateKey?.size).toBe(1);
  });

  it('does not depend on the order in which Secrets came', () => {
    const secrets = ['b', 'a', 'c'].map((name) => repositorySecret(name, { url: 'https://git.example/acme/a', password: name }));

    fc.assert(
      fc.property(fc.shuffledSubarray(secrets, { minLength: 3 }), (some) => {
        expect(chosen('https://git.example/acme/a', ...some)).toBe('a');
      }),
    );
  });
});

function read(values: Readonly<Record<string, string>>): RepositoryCredential | undefined {
  return readRepositorySecret(repositorySecret('s', { url: 'https://git.example/a', ...values }));
}

describe('a repository Secret', () => {
  it('is a basic or a bearer credential', () => {
    expect(authorizationOf(read({ username: 'u', password: 'p\n' }) ?? {})).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    expect(authorizationOf(read({ password: 'p' }) ?? {})).toBe(`Basic ${Buffer.from(':p').toString('base64')}`);
    expect(authorizationOf(read({ bearerToken: 't', username: 'u' }) ?? {})).toBe('Bearer t');
    expect(authorizationOf(read({}) ?? {})).toBeUndefined();
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ insecure: 'true' }, /insecure: true is refused/],
    [{ insecureIgnoreHostKey: 'TRUE' }, /pin the host keys/],
    [{ insecureOCIForceHttp: 'true' }, /plain text/],
    [{ githubAppID: '1' }, /needs githubAppID, a number, and githubAppPrivateKey/],
    [{ githubAppPrivateKey: 'k' }, /needs githubAppID, a number, and githubAppPrivateKey/],
    [{ githubAppID: '../user', githubAppPrivateKey: 'k' }, /needs githubAppID, a number/],
    [{ githubAppID: '1', githubAppPrivateKey: 'k', githubAppInstallationID: '../../user' }, /must be the number of an installation/],
    [{ githubAppID: '1', githubAppPrivateKey: 'k', githubAppEnterpriseBaseUrl: 'http://github.example/api/v3' }, /must be like https:/],
    [{ githubAppID: '1', githubAppPrivateKey: 'k', githubAppEnterpriseBaseUrl: 'https://u:p@github.example' }, /must be like https:/],
    [{ githubAppID: '1', githubAppPrivateKey: 'k', url: 'git@github.com:acme/a.git' }, /over https only/],
    [{ gcpServiceAccountKey: '{}' }, /gcpServiceAccountKey/],
    [{ useAzureWorkloadIdentity: 'true' }, /useAzureWorkloadIdentity/],
    [{ proxy: 'https://proxy.example' }, /HTTPS_PROXY/],
    [{ project: 'acme' }, /one project only/],
    [{ tlsClientCertData: 'c' }, /go together/],
    [{ password: 'a\r\nX-Header: b' }, /one line each/],
  ])('with %j is not used, and says why', (values, problem) => {
    const credential = read({ password: 'canary', ...values });

    expect(credential?.problem).toMatch(problem);
    expect(credential !== undefined && hasMeans(credential)).toBe(false);
  });

  it('is an app of GitHub, of github.com or of a server of one’s own', () => {
    const app = { githubAppID: '12 ', githubAppPrivateKey: 'canary' };

    expect(read(app)?.githubApp).toMatchObject({ appId: '12', api: 'https://api.github.com' });
    expect(read({ ...app, githubAppInstallationID: '678', githubAppEnterpriseBaseUrl: 'https://github.example/api/v3/' })?.githubApp).toMatchObject({ installationId: '678', api: 'https://github.example/api/v3' });
    expect(JSON.stringify(read(app))).not.toContain('canary');
  });

  it('is used as it is with keys that change nothing', () => {
    expect(read({ password: 'p', insecure: 'false', project: 'default', proxy: '', enableLfs: 'true', forceHttpBasicAuth: 'true', name: 'a', type: 'git' })).not.toHaveProperty('problem');
  });

  it('without a URL of a server is none, and neither is anything else', () => {
    for (const url of ['', 'file:///srv/a', '/srv/a', 'https://', 'javascript:alert(1)', '\n']) expect(read({ url })).toBeUndefined();
    expect(readRepositorySecret({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } })).toBeUndefined();
    expect(readRepositorySecret({ ...repositorySecret('x', { url: 'https://git.example' }), data: { url: 7 } })).toBeUndefined();
  });

  it('shows nothing of itself', () => {
    expect(JSON.stringify(read({ username: 'canary', password: 'canary', sshPrivateKey: 'canary', bearerToken: 'canary', tlsClientCertKey: 'canary', tlsClientCertData: 'c' }))).not.toContain('canary');
  });
});

it('a place is understood or not, whatever the text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string().map((text) => `https://${text}`), fc.string().map((text) => `git@${text}`), fc.string().map((text) => `oci://${text}`)), (text) => {
      const place = placeOf(text);

      expect(place === undefined || /^(https|http|ssh)$/.test(place.transport)).toBe(true);
    }),
  );
});
