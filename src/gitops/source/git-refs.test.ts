import { describe, expect, it } from 'vitest';
import { checkRevision, findRevision, parseRefs } from './git-refs.ts';

const names = ['heads/main', 'heads/1.4', 'heads/2.0.0', 'tags/v1.2.0', 'tags/v1.2.10', 'tags/v1.3.0-rc.1', 'tags/1.3.0', 'tags/v2.0.0-rc.1', 'tags/nightly', 'tags/app/9.9.9', 'tags/1.2.x-old', 'pull/7/head'];
const refs = parseRefs(names.map((name, index) => `${String(index).padStart(40, '0')}\trefs/${name}\n`).join(''));

function refOf(revision: string): string {
  checkRevision(revision);
  return findRevision(refs, revision).ref.replace('refs/', '');
}

describe('a targetRevision', () => {
  it.each([
    ['1.2.*', 'tags/v1.2.10'],
    ['v1.2.x', 'tags/v1.2.10'],
    ['~1.2', 'tags/v1.2.10'],
    ['^1', 'tags/1.3.0'],
    ['1', 'tags/1.3.0'],
    ['1.2', 'tags/v1.2.10'],
    ['*', 'tags/1.3.0'],
    ['>=1.0.0 <2', 'tags/1.3.0'],
    ['>= 1.0.0, < 1.3', 'tags/v1.2.10'],
    ['1.2.0 - 1.2.9', 'tags/v1.2.0'],
    ['>=1.0.0-0', 'tags/v2.0.0-rc.1'],
    ['~1.3.0-0', 'tags/1.3.0'],
    ['1.1.* || 1.2.*', 'tags/v1.2.10'],
  ])('%s stands for the newest tag in that range: %s', (range, ref) => {
    expect(refOf(range)).toBe(ref);
  });

  it.each([
    ['1.4', 'heads/1.4'],
    ['1.3.0', 'tags/1.3.0'],
    ['main', 'heads/main'],
    ['nightly', 'tags/nightly'],
    ['refs/pull/7/head', 'pull/7/head'],
  ])('%s is a name before it is a range', (name, ref) => {
    expect(refOf(name)).toBe(ref);
  });

  it('in whose range no tag is says so, and looks at no branch', () => {
    expect(() => refOf('2.*')).toThrow('there is no revision "2.*"; no tag is in that range of versions (prereleases are only in ranges that name one');
    expect(() => refOf('>>1')).toThrow('there is no revision');
  });

  it.each(['--upload-pack=x', '-u', 'a..b', 'a b', 'HEAD~1', 'main^', '1.2.*\n', '', 'a:b', '*;id', '$(id)*'])('%j is no revision', (text) => {
    expect(() => checkRevision(text)).toThrow('targetRevision is not a branch, a tag, a commit or a range of versions');
  });
});
