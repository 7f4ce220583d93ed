import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { credentialsOf, repositorySecret } from '../../../test/support/repository-secret.ts';
import type { ResolveName } from '../../lib/guarded-lookup.ts';
import { type GitAccess, type GitAccessOptions, withGitAccess } from './git-access.ts';
import { parseGitUrl } from './git-url.ts';
import { isSourceError } from './source-error.ts';
import { sshCommand } from './ssh-command.ts';

const { signal } = new AbortController();
const resolve = async () => [{ address: '203.0.113.7', family: 4 }, { address: '2001:db8::7', family: 6 }];
const hosts = { allowLoopback: false, resolve };
const url = 'https://git.example/acme/testnets.git';

function access<T>(address: string, options: GitAccessOptions, run: (given: GitAccess) => Promise<T>): Promise<T> {
  return withGitAccess(parseGitUrl(address), { hosts, ...options }, run, signal);
}

function settingsOf({ env }: GitAccess): Record<string, string> {
  return Object.fromEntries(Array.from({ length: Number(env['GIT_CONFIG_COUNT']) }, (_, index) => [env[`GIT_CONFIG_KEY_${index}`] ?? '', env[`GIT_CONFIG_VALUE_${index}`] ?? '']));
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('git over https', () => {
  it('connects to the addresses that were looked at, and shows the credential to this server alone', async () => {
    const credentials = credentialsOf([repositorySecret('a', { url, username: 'deploy', password: 'canary-password' })]);

    const settings = await access(url, { credentials }, async (given) => settingsOf(given));

    expect(settings).toEqual({
      'http.curloptResolve': 'git.example:443:203.0.113.7,[2001:db8::7]',
      'http.https://git.example/.extraHeader': `Authorization: Basic ${Buffer.from('deploy:canary-password').toString('base64')}`,
    });
  });

  it('asks as anybody where no Secret is for the repository', async () => {
    const credentials = credentialsOf([repositorySecret('a', { url: 'https://other.example/acme', password: 'canary' }, 'repo-creds')]);

    expect(Object.keys(await access(url, { credentials }, async (given) => settingsOf(given)))).toEqual(['http.curloptResolve']);
  });

  it('leaves names to a proxy that nobody else knows, but not those that mean an address which is refused, and not addresses', async () => {
    const proxied = { hosts: { ...hosts, isProxied: true } };
    const meaning = (resolve: ResolveName): GitAccessOptions => ({ hosts: { ...proxied.hosts, resolve } });

    expect(await access(url, meaning(() => Promise.reject(new Error('ENOTFOUND'))), async ({ env }) => env)).toEqual({});
    expect(await access(url, proxied, async (given) => settingsOf(given))).toEqual({ 'http.curloptResolve': 'git.example:443:203.0.113.7,[2001:db8::7]' });
    await expect(access(url, meaning(async () => [{ address: '169.254.169.254', family: 4 }]), async () => 'asked')).rejects.toThrow("it is a cloud's metadata address");
    await expect(access('https://169.254.169.254/a', proxied, async () => 'asked')).rejects.toThrow("it is a cloud's metadata address");
  });

  it.each(['https://[2001:db8::7]/acme/testnets.git', 'https://203.0.113.7:8443/acme/testnets.git'])('needs not be told what %s means', async (address) => {
    expect(await access(address, {}, async ({ env }) => env)).toEqual({});
  });

  it('keeps the key of a client certificate in files of its own, in memory, for as long as git runs', async () => {
    const credentials = credentialsOf([repositorySecret('a', { url, tlsClientCertData: 'certificate', tlsClientCertKey: 'canary-key' })]);

    const file = await access(url, { credentials }, async (given) => {
      const key = settingsOf(given)['http.https://git.example/.sslKey'] ?? '';
      expect(await readFile(key, 'utf8')).toBe('canary-key');
      expect([await modeOf(key), await modeOf(dirname(key))]).toEqual([0o600, 0o700]);
      expect(given.hide(`error in ${key}`)).toBe('error in …/client.key');
      return key;
    });

    await expect(stat(dirname(file))).rejects.toThrow('ENOENT');
  });

  it('takes what a server says of a credential back out', async () => {
    const credentials = credentialsOf([repositorySecret('a', { url, username: 'deploy', password: 'canary-password' })]);

    const said = await access(url, { credentials }, async ({ hide }) => hide(`remote: canary-password is wrong, and so is ${Buffer.from('deploy:canary-password').toString('base64')}`));

    expect(said).toBe('remote: [redacted] is wrong, and so is [redacted]');
  });
});

describe('git over ssh', () => {
  const ssh = 'git@github.com:acme/testnets.git';

  it('runs ssh with the key, the host keys that are shipped, and nobody’s configuration', async () => {
    const credentials = credentialsOf([repositorySecret('a', { url: ssh, sshPrivateKey: 'canary' })]);

    const folder = await access(ssh, { credentials }, async ({ env }) => {
      const command = env['GIT_SSH_COMMAND'] ?? '';
      const file = /IdentityFile=(\S+)/.exec(command)?.[1] ?? '';
      expect(command).toMatch(/^ssh -F none -T (-o [A-Za-z0-9]+=\S+ ?)+$/);
      for (const setting of ['StrictHostKeyChecking=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'HostName=203.0.113.7']) expect(command).toContain(setting);
      expect(await readFile(file, 'utf8')).toBe('canary\n');
      expect(await modeOf(file)).toBe(0o600);
      const knownHosts = await readFile(join(dirname(file), 'known_hosts'), 'utf8');
      expect(knownHosts.trim().split('\n').map((line) => line.split(' ').slice(0, 2).join(' ')).toSorted()).toEqual(['repository ecdsa-sha2-nistp256', 'repository ssh-ed25519', 'repository ssh-rsa']);
      return dirname(file);
    });

    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it('leaves no file behind where git fails', async () => {
    const credentials = credentialsOf([repositorySecret('a', { url: ssh, sshPrivateKey: 'canary' })]);
    let file = '';

    const work = access(ssh, { credentials }, async ({ env }) => {
      file = /IdentityFile=(\S+)/.exec(env['GIT_SSH_COMMAND'] ?? '')?.[1] ?? '';
      throw new Error('git has failed');
    });

    await expect(work).rejects.toThrow('git has failed');
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('says where keys would lie when there is no folder in memory', async () => {
    const credentials = credentialsOf([repositorySecret('a', { url: ssh, sshPrivateKey: 'canary' })]);

    await expect(access(ssh, { credentials, memoryFolder: '/nonexistent' }, async () => 'asked')).rejects.toThrow('keys need a folder in memory, and /nonexistent is not there');
  });

  it.each(['/dev/shm/a b', '/dev/shm/$(id)', "/dev/shm/'x", '/dev/shm/`id`', '/dev/shm/a;b'])('puts nothing into the command that a shell would read: %s', (key) => {
    expect(() => sshCommand({ key, knownHosts: '/dev/shm/k' }, '203.0.113.7')).toThrow('a setting of ssh holds what a shell would read');
  });
});

it('answers a Secret that is not used with its problem, before anybody is asked', async () => {
  const credentials = credentialsOf([repositorySecret('a', { url, proxy: 'https://proxy.example' })]);
  const error: unknown = await access(url, { credentials }, async () => 'asked').catch((reason: unknown) => reason);

  expect(isSourceError(error, 'denied')).toBe(true);
  expect(String(error)).toContain('Secret argocd/a: proxy is not supported');
});
