import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMoodyGit, type MoodyGit } from '../../../test/support/moody-git.ts';
import { createGit } from './git-command.ts';

const { signal } = new AbortController();
let git: MoodyGit;

beforeEach(async () => {
  git = await createMoodyGit();
  vi.stubEnv('PATH', git.path);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await git.close();
});

it.each([
  ["fatal: unable to access 'https://git.example/a.git/': Failed to connect to git.example port 443 after 133 ms: Couldn't connect to server", "Failed to connect to git.example port 443: Couldn't connect to server"],
  ["fatal: unable to access 'https://git.example/a.git/': Connection timed out after 20001 milliseconds", 'Connection timed out'],
  ["fatal: unable to access 'https://git.example/a.git/': Operation timed out after 20001 milliseconds with 12 out of 3456 bytes received", 'Operation timed out'],
  ["fatal: unable to access 'https://git.example/a.git/': Operation timed out after 20001 milliseconds with 0 bytes received", 'Operation timed out'],
  ["fatal: unable to access 'https://git.example/a.git/': transfer closed with 42 bytes remaining to read", 'transfer closed before its end'],
  ['error: 8070 bytes of body are still expected\nfatal: early EOF', 'bytes of body are still expected; early EOF'],
  ['error: RPC failed; curl 18 transfer closed with outstanding read data remaining', 'RPC failed; curl 18 transfer closed with outstanding read data remaining'],
])('what git says of a failure is the same each time: %s', async (said, message) => {
  await git.fail('ls-remote', said);

  await expect(createGit('/nowhere', ['https'])(['ls-remote', 'https://git.example/a.git'], { signal, deadline: 10_000 })).rejects.toThrow(expect.objectContaining({ kind: 'unavailable', message }));
});
