import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePathItems } from './path-patterns.ts';

const at = ['spec', 'generators', 0, 'git', 'files'];
const matches = (pattern: string, kind: 'folder' | 'file') => compilePathItems([{ path: pattern, exclude: false }], kind, at);

describe('patterns of folders', () => {
  it.each([
    ['apps/*', 'apps/a', true],
    ['apps/*', 'apps/a/b', false],
    ['apps/*', 'apps', false],
    ['**', 'apps/a', false],
    ['*', '.', true],
    ['a[0-9]', 'a7', true],
    ['a[^0-9]', 'a7', false],
    ['{a,b}', 'a', false],
  ])("%s on %s is as Go's path.Match has it", (pattern, path, expected) => {
    expect(matches(pattern, 'folder')(path)).toBe(expected);
  });
});

describe('patterns of files', () => {
  const paths = ['a.json', 'b/a.json', 'b/c/a.json', 'b/c/d.yaml', 'bc/x{1}.json', 'b-1/z.json', 'b2/[q].json'];
  const folder = mkdtempSync(join(tmpdir(), 'prelude-pathspec-'));
  const git = (...args: readonly string[]): string => execFileSync('git', [...args], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1' } });
  beforeAll(() => {
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    git('init', '--quiet');
    git('add', '.');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['*.json', '**/a.json', 'b', 'b/', 'b/*.json', 'b/*/a.json', 'b?/*', 'b[^c]/*.json', 'b[!c]/*.json', 'bc/x{1}.json', '{a,b}/a.json', 'b/c/d.yaml', 'a', String.raw`b2/\[q\].json`, '*'])('%s means what Git means by it', (pattern) => {
    const ours = paths.filter(matches(pattern, 'file')).toSorted();

    expect(ours).toEqual(git('ls-files', '--full-name', '-z', '--', pattern).split('\0').filter((path) => path !== '').toSorted());
  });

  it.each([':(glob)a', ':!a', '/a', 'a['])('%s is refused', (pattern) => {
    expect(() => matches(pattern, 'file')).toThrow('is not a pattern of paths');
  });
});
