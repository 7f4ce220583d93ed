import { expect, it } from 'vitest';
import { shortRevision } from './short-revision.ts';

it('a commit is shortened, of each source, and nothing else is', () => {
  const [sha1, sha256] = ['0123456789'.repeat(4), '01234567'.repeat(8)];

  expect(shortRevision(sha1)).toBe('01234567');
  expect(shortRevision(`${sha1},1.2.3,${sha256}`)).toBe('01234567,1.2.3,01234567');
  expect(['', 'main', 'worktree-0123456789ab', `${sha1}0`].map(shortRevision)).toEqual(['', 'main', 'worktree-0123456789ab', `${sha1}0`]);
});
