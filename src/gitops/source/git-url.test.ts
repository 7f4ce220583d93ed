import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseGitUrl, parseGitUrl, redactUrl } from './git-url.ts';
import { isSourceError } from './source-error.ts';

function kindOf(text: string): string {
  try {
    return parseGitUrl(text).kind;
  } catch (error) {
    if (isSourceError(error)) return error.kind;
    throw error;
  }
}

describe('parseGitUrl', () => {
  it.each([
    ['https://git.example/a/b.git', 'https'],
    ['https://user@dev.azure.example/a', 'invalid'],
    ['file:///srv/a.git', 'file'],
    ['/srv/a.git', 'file'],
    ['./a', 'file'],
    ['git@git.example:a/b.git', 'ssh'],
    ['ssh://git@git.example:2222/a/b.git', 'ssh'],
    ['http://git.example/a', 'unsupported'],
    ['git://git.example/a', 'unsupported'],
    ['ext::sh -c id', 'invalid'],
    ['ext::sh', 'unsupported'],
    ['EXT::sh', 'unsupported'],
    ['fd::17', 'unsupported'],
    ['-u./payload', 'invalid'],
    ['--upload-pack=touch', 'invalid'],
    ['https://user:token@git.example/a', 'invalid'],
    ['https://:token@git.example/a', 'invalid'],
    ['https://git.example/a\nhost=evil', 'invalid'],
    ['https://git.example/a?x=1', 'invalid'],
    ['file://other-host/a', 'invalid'],
    ['file:///a%2Fb', 'invalid'],
    ['git@-oProxyCommand=id:a', 'invalid'],
    ['-oProxyCommand=id@git.example:a', 'invalid'],
    ['git@git.example:-u', 'invalid'],
    ['ssh://-oProxyCommand=id/a', 'invalid'],
    ['ssh://-oProxyCommand=id@git.example/a', 'invalid'],
    ['ssh://git:canary@git.example/a', 'invalid'],
    ['ssh://git%0a@git.example/a', 'invalid'],
    ['git$(id)@git.example:a', 'invalid'],
    ['git@git.example`id`:a', 'invalid'],
    ['ssh://git@[2001:db8::1]:2222/a', 'ssh'],
    ['git.example:a/b', 'ssh'],
    ['testnets', 'invalid'],
    ['', 'invalid'],
    ['https://', 'invalid'],
  ])('takes %j for %s', (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  it.each(['user:canary', 'canary', 'canary:', 'canary:x-oauth-basic', ':canary', "can'ary", 'a@canary'])('refuses %j before the host, and does not repeat it', (credentials) => {
    expect(() => parseGitUrl(`https://${credentials}@git.example/a`)).toThrow(
      /^credentials do not belong in an Application: a token or user name in the URL is refused; write https:\/\/git\.example\/a$/,
    );
  });
});

describe('who is asked', () => {
  it.each([
    ['https://Git.Example/a', 'https://git.example/a', 'git.example', 443],
    ['https://git.example:8443/a', 'https://git.example:8443/a', 'git.example', 8443],
    ['https://0x7f.1/a', 'https://127.0.0.1/a', '127.0.0.1', 443],
    ['https://[::1]/a', 'https://[::1]/a', '::1', 443],
    ['git.example:a/b.git', 'git@git.example:a/b.git', 'git.example', 22],
    ['deploy@git.example:a', 'deploy@git.example:a', 'git.example', 22],
    ['git+ssh://git.example:2222/a', 'ssh://git@git.example:2222/a', 'git.example', 2222],
    ['ssh://me@[2001:db8::1]/a', 'ssh://me@[2001:db8::1]/a', '2001:db8::1', 22],
  ])('of %s is told as git is told it: %s', (text, url, host, port) => {
    expect(parseGitUrl(text)).toMatchObject({ url, host, port });
  });
});

describe('normaliseGitUrl', () => {
  it('gives all spellings of one repository the same name', () => {
    const spellings = [
      'git@Git.Example:org/repo.git',
      'git@git.example:/org/repo',
      'ssh://git@git.example/org/repo.git',
      'ssh://git@GIT.example:2222/org/repo',
      'https://git.example/org/repo',
      'https://git.example:443/org/repo.git/',
      'https://someone@git.example/org/repo.git',
      // as a pipeline leaves it among the remotes of a clone
      'https://x-access-token:token@git.example/org/repo',
    ];

    expect(new Set(spellings.map(normaliseGitUrl))).toEqual(new Set(['git.example/org/repo']));
  });

  it('keeps different repositories apart', () => {
    const different = ['https://git.example/org/repo', 'https://git.example/Org/repo', 'https://git.example:8443/org/repo', 'https://git.example/org/repo2', '/org/repo', 'https://other.example/org/repo'];

    expect(new Set(different.map(normaliseGitUrl)).size).toBe(different.length);
  });

  it('knows a file by path and by URL', () => {
    expect(normaliseGitUrl('file:///srv/a%20b.git')).toBe('file:srv/a b');
    expect(normaliseGitUrl('/srv/c.git/')).toBe(normaliseGitUrl('file:///srv/c'));
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.string().map((s) => `git@${s}:${s}`), fc.string().map((s) => `file://${s}`), fc.string().map((s) => `ssh://${s}`)), (text) => {
        const normal = normaliseGitUrl(text);

        expect(normal === undefined || typeof normal === 'string').toBe(true);
      }),
    );
  });
});

describe('redactUrl', () => {
  it('takes all that stands before the last @', () => {
    expect(redactUrl('https://user@canary@git.example/a')).toBe('https://git.example/a');
  });

  it('takes credentials and queries out of a text', () => {
    expect(redactUrl("fatal: unable to access 'https://u:p%40ss@git.example/a?token=t': refused by https://tok@x/")).toBe(
      "fatal: unable to access 'https://git.example/a': refused by https://x/",
    );
  });
});
