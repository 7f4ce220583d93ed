import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { createAuthority } from '../../../test/support/certificate.ts';
import { startGitHttpsServer } from '../../../test/support/git-https-server.ts';
import { startGithubServer } from '../../../test/support/github-server.ts';
import { createGitRemote } from '../../../test/support/git-remote.ts';
import { repositorySecret } from '../../../test/support/repository-secret.ts';
import { readRepositorySecret } from '../../gitops/source/credentials/repository-credential.ts';
import { systemClock } from '../../lib/clock.ts';
import { untilReadable } from './reachable-repository.ts';

const ownAuthorities = getCACertificates('default');

afterEach(() => {
  setDefaultCACertificates(ownAuthorities);
  vi.unstubAllEnvs();
});

it('reads a repository as a GitHub App, as the controller will', { timeout: 60_000 }, async () => {
  const [folder, remote] = await Promise.all([mkdtemp(join(tmpdir(), 'prelude-bootstrap-')), createGitRemote()]);
  await remote.write('about.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: about}\n');
  const commit = await remote.push('A cluster');
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const authority = createAuthority('github-test');
  const github = await startGithubServer(publicKey, { ...authority.issue({ commonName: 'github', hosts: ['127.0.0.1'] }), ca: authority.cert });
  const server = await startGitHttpsServer(dirname(fileURLToPath(remote.url)), (request, response) => {
    if (request.headers.authorization === `Basic ${Buffer.from('x-access-token:ghs_generated').toString('base64')}`) return undefined;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return true;
  });
  await writeFile(join(folder, 'ca.pem'), server.ca);
  vi.stubEnv('GIT_SSL_CAINFO', join(folder, 'ca.pem'));
  setDefaultCACertificates([...ownAuthorities, authority.cert]);
  const url = `${server.url}/remote.git`;
  const app = readRepositorySecret(repositorySecret('app', { url, githubAppID: '12345', githubAppInstallationID: '678', githubAppEnterpriseBaseUrl: `${github.url}/api/v3`, githubAppPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }));

  try {
    const read = untilReadable(
      {
        repository: { url, revision: 'main', path: '.' },
        credentials: app === undefined ? [] : [app],
        knownHosts: '',
        environment: { PRELUDE_CACHE_DIR: folder },
        clock: systemClock,
        isPatient: false,
        progress: { done: () => {}, read: () => {}, waiting: (message) => expect.fail(message), register: () => {} },
      },
      new AbortController().signal,
    );

    expect(await read).toBe(commit);
    expect(github.requests()).toBe(1);
  } finally {
    await Promise.all([server.close(), github.close(), remote.close(), rm(folder, { recursive: true, force: true })]);
  }
});
