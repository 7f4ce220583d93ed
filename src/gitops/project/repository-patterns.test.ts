import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRepositories } from './repository-patterns.ts';

describe('the repositories of a project', () => {
  it.each<[readonly string[], string, boolean]>([
    [['*'], 'https://git.example/a.git', true],
    [[], 'https://git.example/a.git', false],
    [['https://git.example/nets/*'], 'https://git.example/nets/a.git', true],
    [['https://git.example/nets/*'], 'https://git.example/other/a.git', false],
    [['https://git.example/nets/*'], 'https://git.example/nets/deep/a.git', false],
    [['https://git.example/nets/**'], 'https://git.example/nets/deep/a.git', true],
    [['https://git.example/nets/a'], 'https://git.example/nets/a.git/', true],
    [['https://GIT.example/nets/a.git'], 'https://git.EXAMPLE:443/nets/a', true],
    [['git@git.example:nets/*'], 'ssh://git@git.example:22/nets/a.git', true],
    [['ssh://git@git.example/nets/*'], 'git@git.example:nets/a', true],
    [['https://charts.example'], 'https://charts.example/', true],
    [['https://charts.example'], 'https://charts.example/other', false],
    [['registry.example/nets'], 'oci://registry.example/nets', true],
    [['oci://registry.example/nets'], 'registry.example/nets', true],
    [['*', '!https://git.example/keys*'], 'https://git.example/nets.git', true],
    [['!https://git.example/keys*'], 'https://git.example/nets.git', false],
    // another path by its case, where a server tells cases apart
    [['https://git.example/nets/*'], 'https://git.example/NETS/a.git', false],
    [['https://git.example/nets/**'], 'https://git.example/nets/../other/a.git', false],
    [['https://git.example/nets/**'], 'https://git.example/nets/%2e%2e/other/a.git', false],
    [['https://git.example/nets/**'], 'https://git.example/nets/..%2fother/a.git', false],
    [['https://git.example/nets/**'], 'https://git.example/nets\\..\\other/a.git', false],
    [['git@git.example:nets/**'], 'git@git.example:nets/../other/a', false],
    [['https://git.example/nets/*'], 'https://git.example.evil/nets/a.git', false],
    [['https://git.example/nets/*'], 'https://git.example@evil.example/nets/a.git', false],
    [['https://git.example/nets/*'], 'https://evil.example/https://git.example/nets/a', false],
    [['https://git.example/nets/*'], 'http://git.example/nets/a.git', false],
    [['https://git.example/nets/*'], 'https://git.example:8443/nets/a.git', false],
    [['ssh://git@git.example/nets/*'], 'ssh://root@git.example/nets/a.git', false],
    [['https://git.example/nets/**'], 'https://git.example/nets/%ff/%2e%2e/%2e%2e/other', false],
    [['https://git.example/nets/**'], 'https://git.example/nets/%252e%252e/other', false],
    [['https://git.example/nets/*'], 'https://git.example/nets/%61', true],
    [['https://git.example/My%20Nets/*'], 'https://git.example/My%20Nets/a', true],
    [['https://git.example/nets/a'], 'https://git.example/nets/a.git.git', false],
    [['https://git.example/nets/a'], 'https://git.example/nets/a/.git', false],
    [['https://git.example/nets/*'], 'HTTPS://git.example/nets/a', false],
    [['git.example:nets/*'], 'ssh://git@git.example/nets/a', true],
    [['git@git.example:nets/*'], 'git@git.example:nets/%61', false],
    [['registry.example:5000/nets'], 'oci://registry.example:5000/nets', true],
    [['/srv/nets/*'], 'file:///srv/nets/a', true],
    [['/srv/nets/*'], '/srv/nets/../other', false],
    [['*'], 'https://git.example/nets//a', true],
  ])('%j and %s: %s', (patterns, repoURL, expected) => {
    expect(compileRepositories(patterns)(repoURL)).toBe(expected);
  });

  it.each([
    'https://git.example/keys.git', 'git@git.example:keys', 'ssh://git@GIT.example:2222/keys.git', 'https://me@git.example/keys', 'https://git.example/KEYS', 'https://git.example/x/../keys', 'https://git.example:8443/keys/',
    'https://git.example/%2e/keys', 'git@git.example:/keys.git', 'git+ssh://git@git.example/keys',
    'https://git.example/%6beys', 'https://git.example:/keys', 'https:///git.example/keys', 'https://git%2eexample/keys', 'https://\uff47it.example/keys', 'https://git.example./keys', 'https://git.example//keys',
    'ssh://git@git.example//keys', 'git@git.example://keys', 'https://git.example/keys.GIT', 'https://git.example/keys/.git', 'https://git.example/keys.git.git/', 'git.example:keys', 'ssh://git.example/keys', 'https://git.example/keys;a=b',
    'https://git.example/%256beys', 'https://git.example:0443/keys', 'ssh://git@git%2eexample/keys', 'git.example/keys',
  ])('what is taken away is taken away as %s, too', (repoURL) => {
    expect(compileRepositories(['*', '!https://git.example/keys'])(repoURL)).toBe(false);
  });

  it('are taken away whatever the scheme, where the pattern leaves it open', () => {
    const allows = compileRepositories(['*', '!*://git.example/keys', '!{https,ssh}://git.example:*/more']);
    expect(['https://git.example/keys', 'git@git.example:keys', 'https://git.example:8443/more', 'https://git.example/nets'].map(allows)).toEqual([false, false, false, true]);
  });

  it('are taken away as a registry with a port and as a path of ssh, which read the same', () => {
    const allows = compileRepositories(['*', '!git.example/5000/keys', '!registry.example/keys']);
    expect(['git.example:5000/keys', 'registry.example:5000/keys', 'git.example:5000/nets'].map(allows)).toEqual([false, false, true]);
  });

  it('lead nowhere else by any steps after a folder that is allowed', () => {
    const allows = compileRepositories(['https://git.example/nets/**', '!https://git.example/nets/keys']);
    const step = fc.constantFrom('..', '.', '%2e%2e', '.%2E', 'a', '%2f', '..%2F..', 'secret', '\\..', '', '%ff', 'keys', '%6beys', '%256beys', 'KEYS.GIT', 'keys%2f', '.git', ';');
    const host = fc.constantFrom('git.example', 'GIT.example', 'git.example:', 'git.example.', 'git%2eexample', 'git.example:443', '\uff47it.example', '/git.example');
    fc.assert(
      fc.property(host, fc.array(step, { maxLength: 6 }), (server, steps) => {
        const url = `https://${server}/nets/${steps.join('/')}`;
        if (!allows(url)) return;
        const { hostname, pathname } = new URL(url);
        const asked = decodeURIComponent(pathname).toLowerCase().replace(/\/$/, '').replace(/(\/?\.git)+$/, '');
        expect(hostname).toBe('git.example');
        expect(asked).toMatch(/^\/nets\//);
        expect(asked).not.toBe('/nets/keys');
      }),
      { numRuns: 2000 },
    );
  });
});
