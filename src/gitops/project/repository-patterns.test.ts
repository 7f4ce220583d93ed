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
  ])('%j and %s: %s', (patterns, repoURL, expected) => {
    expect(compileRepositories(patterns)(repoURL)).toBe(expected);
  });

  it.each([
    'https://git.example/keys.git', 'git@git.example:keys', 'ssh://git@GIT.example:2222/keys.git', 'https://me@git.example/keys', 'https://git.example/KEYS', 'https://git.example/x/../keys', 'https://git.example:8443/keys/',
    'https://git.example/%2e/keys', 'git@git.example:/keys.git', 'git+ssh://git@git.example/keys',
  ])('what is taken away is taken away as %s, too', (repoURL) => {
    expect(compileRepositories(['*', '!https://git.example/keys'])(repoURL)).toBe(false);
  });

  it('lead nowhere else by any steps after a folder that is allowed', () => {
    const allows = compileRepositories(['https://git.example/nets/**']);
    const step = fc.constantFrom('..', '.', '%2e%2e', '.%2E', 'a', '%2f', '..%2F..', 'secret', '\\..', '');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const url = `https://git.example/nets/${steps.join('/')}`;
        if (allows(url)) expect(new URL(url).pathname.startsWith('/nets/')).toBe(true);
      }),
    );
  });
});
