import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostKeysOf } from './known-hosts.ts';
import { shippedHostKeys } from './shipped-host-keys.ts';

const git = { host: 'git.example', port: 22 };
const other = { host: 'git.example', port: 2222 };
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI';

function hashed(name: string): string {
  const salt = Buffer.from('01234567890123456789');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('known_hosts', () => {
  it.each([
    ['git.example', true, true],
    ['a.example,GIT.example', true, true],
    ['[git.example]:2222', false, true],
    ['*.example', true, true],
    ['g?t.example', true, true],
    ['*.example,!git.example', false, false],
    ['*.exampl', false, false],
    [hashed('git.example'), true, true],
    [hashed('[git.example]:2222'), false, true],
    ['|1|x', false, false],
  ])('with %s tells the keys of a server at port 22: %s, at another: %s', (names, atUsual, atOther) => {
    expect([hostKeysOf([`${names} ${key} a comment`], git).length === 1, hostKeysOf([`${names} ${key}`], other).length === 1]).toEqual([atUsual, atOther]);
  });

  it('leaves out keys that are revoked, certificates, comments and what is no line', () => {
    const text = ['# git.example ssh-rsa AAAA', `git.example ${key}`, 'git.example ssh-rsa BBBB', '@revoked * ssh-rsa BBBB', '@cert-authority *.example ssh-rsa CCCC', 'git.example', 'git.example ssh-rsa', ''].join('\r\n');

    expect(hostKeysOf([text], git)).toEqual([key]);
  });

  it('are asked one after the other, and what one of them revokes is no key in any', () => {
    const [old, next] = ['ssh-rsa AAAA', 'ssh-rsa BBBB'];
    const keysOf = (...files: readonly string[]): readonly string[] => hostKeysOf(files, git);

    expect(keysOf('', `git.example ${old}`, `git.example ${next}`)).toEqual([old]);
    expect(keysOf(`git.example ${old}`, `@revoked git.example ${old}`, '')).toEqual([]);
    expect(keysOf(`git.example ${old}\ngit.example ${next}`, '', `@revoked * ${old}`)).toEqual([next]);
    expect(keysOf(`@revoked * ${old}`, `git.example ${old}`)).toEqual([]);
    expect(keysOf(`git.example ${old}`, `@revoked other.example ${old}`)).toEqual([old]);
  });

  it.each(['github.com', 'gitlab.com', 'bitbucket.org', 'ssh.dev.azure.com', 'vs-ssh.visualstudio.com'])('that is shipped knows %s', (host) => {
    const keys = hostKeysOf([shippedHostKeys], { host, port: 22 });

    expect(keys.length).toBeGreaterThan(0);
    // each key names its own type
    for (const [type = '', blob = ''] of keys.map((one) => one.split(' '))) expect(Buffer.from(blob, 'base64').subarray(4, 4 + type.length).toString()).toBe(type);
  });

  it('that is shipped knows GitHub at the port of https, and nobody else', () => {
    expect(hostKeysOf([shippedHostKeys], { host: 'ssh.github.com', port: 443 })).toHaveLength(3);
    expect(hostKeysOf([shippedHostKeys], { host: 'github.com.evil.example', port: 22 })).toEqual([]);
  });

  it('matches in no time and never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        expect(hostKeysOf([lines.join('\n')], git)).toEqual([]);
      }),
    );
    const started = performance.now();
    hostKeysOf([`${'*a'.repeat(5_000)} ${key}`], { host: 'a'.repeat(250), port: 22 });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
