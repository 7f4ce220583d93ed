import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { type CommitFacts, readCommitFacts } from './commit-facts.ts';
import { createWorkTreeGit } from './git-command.ts';

const { signal } = new AbortController();
let remote: GitRemote;
let folder: string;

beforeEach(async () => {
  [remote, folder] = await Promise.all([createGitRemote(), mkdtemp(join(tmpdir(), 'commit-facts-'))]);
});

afterEach(async () => {
  await remote.close();
  await rm(folder, { recursive: true, force: true });
});

async function factsOf(message: string, author = 'Ada'): Promise<CommitFacts> {
  const file = join(folder, 'message');
  await writeFile(file, message);
  await remote.git('-c', `user.name=${author}`, '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--file', file);
  const commit = (await remote.git('rev-parse', 'HEAD')).trim();
  const facts = await readCommitFacts(createWorkTreeGit((await remote.git('rev-parse', '--show-toplevel')).trim()), commit, { signal, deadline: 10_000 });
  expect(facts.id).toBe(commit);
  return facts;
}

describe('what is told of a commit', () => {
  it('is who made it, when, and the first line of what they said', async () => {
    expect(await factsOf('Raise the limits\n\nBecause.\n')).toMatchObject({ author: 'Ada', email: 'ada@example.com', subject: 'Raise the limits', date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
  });

  it('holds nothing that a terminal would act on', async () => {
    const facts = await factsOf('Raise\u001b[31m the \u009b2Jlimits\u0007\u007f\n', 'A\u001b]0;da\u0085');

    expect([facts.author, facts.subject]).toEqual(['A]0;da', 'Raise[31m the 2Jlimits']);
  });

  it('is cut where it is long, and is no failure where it cannot be', async () => {
    expect((await factsOf('a'.repeat(3_000_000))).subject).toBe('a'.repeat(256));
    // of no width: git cuts by columns
    expect(await factsOf('\u200b'.repeat(1_000_000))).toMatchObject({ author: '', subject: '', date: expect.stringMatching(/^\d{4}-/) });
  });
});
