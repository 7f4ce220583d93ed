import { type ChangeOptions, promoteTestnet, setTestnetImage, type TestnetChange } from '../app/testnet/change-testnet.ts';
import { newTestnet, type NewTestnetOptions, testnetFailure } from '../app/testnet/new-testnet.ts';
import { shortRevision } from '../gitops/source/short-revision.ts';
import type { ExitCode, Io } from './io.ts';
import { styleFor } from './style.ts';

/** `prelude new testnet NAME`: writes its files, and says what its store must hold. */
export async function writeTestnet(options: NewTestnetOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  return telling(io, async () => {
    const { files, remoteKeys } = await newTestnet(options, signal);
    io.out.write(files.map((file) => `written  ${file}\n`).join(''));
    io.out.write(`\nIts store ${options.store} must hold, and its namespace ${options.name} be allowed to read:\n${remoteKeys.map((key) => `  ${key}\n`).join('')}`);
    io.out.write(`\nWhat is left to do: prelude plan ${options.path}\n`);
  });
}

/** `prelude promote FROM TO`. */
export async function promote(from: string, to: string, options: ChangeOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  return telling(io, async () => io.out.write(changeText(await promoteTestnet(from, to, options, signal), options, io)));
}

/** `prelude set image TESTNET NAME=IMAGE:TAG`. */
export async function setImage(testnet: string, wanted: string, options: ChangeOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  return telling(io, async () => io.out.write(changeText(await setTestnetImage(testnet, wanted, options, signal), options, io)));
}

async function telling(io: Io, work: () => Promise<unknown>): Promise<ExitCode> {
  try {
    await work();
    return 0;
  } catch (error) {
    const message = testnetFailure(error);
    if (message === undefined) throw error;
    io.err.write(`prelude: ${message}\n`);
    return 1;
  }
}

function changeText({ changes, notes, diff, commit }: TestnetChange, { dryRun }: ChangeOptions, io: Io): string {
  const style = styleFor(io);
  const told = [...changes.map((change) => `${change}\n`), ...notes.map((note) => style.dim(`${note}\n`))].join('');
  if (changes.length === 0) return `${told}There is nothing to change.\n`;
  if (dryRun || commit === undefined) return `${told}\n${diff}`;
  const where = commit.pushedTo === undefined ? `push it with: git push origin ${commit.branch}` : `pushed to ${commit.pushedTo}`;
  return `${told}${style.green('committed')} ${shortRevision(commit.id)} on branch ${commit.branch}; ${where}\n`;
}
