import { Command } from 'commander';
import { UsageError } from '../app/options.ts';
import type { Done, Io } from './io.ts';

interface NewFlags {
  readonly path: string;
  readonly testnets: string;
  readonly chart: string;
  readonly store: string;
  readonly repoUrl?: string;
}

interface ChangeFlags {
  readonly path: string;
  readonly testnets: string;
  readonly branch?: string;
  readonly dryRun?: true;
  readonly push?: string | true;
}

const newHelp = `
Example:
  prelude new testnet testnet-oslo

Writes testnets/NAME: an Application, values.yaml, and an ExternalSecret for
each secret, in the shape of the sample's testnets. Nothing is written over,
and nothing is committed: prelude plan says what is left to do.

Exit codes: 0 written, 1 refused, 2 bad usage.`;

const promoteHelp = `
Examples:
  prelude promote devnet testnet-berlin --dry-run
  prelude promote devnet testnet-berlin --push

Tags of images in values.yaml and versions of charts in application.yaml are
copied, comments and order stay. The commit goes on a new branch on top of what
is checked out; your files and your index are not touched.

Exit codes: 0 done, or nothing to do, 1 refused, 2 bad usage.`;

const setHelp = `
Example:
  prelude set image devnet faucet=testnet/faucet:1.5.0 --push

NAME is where the image stands in the values: faucet, or faucet.image. The
commit goes on a new branch on top of what is checked out; your files and your
index are not touched.

Exit codes: 0 done, or nothing to do, 1 refused, 2 bad usage.`;

/** `prelude new`. */
export function newCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const testnet = new Command('testnet')
    .description('Write the files of a new testnet.')
    .argument('<name>', 'of the testnet, its Application and its namespace')
    .option('--path <folder>', 'the config repository', '.')
    .option('--testnets <folder>', 'where testnets lie in it', 'testnets')
    .option('--chart <folder>', 'where the chart lies in it', 'charts/testnet')
    .option('--store <name>', 'the ClusterSecretStore with its secrets', 'testnet-secrets')
    .option('--repo-url <url>', "as the Application names the repository (the checkout's remote, or .)")
    .addHelpText('after', newHelp)
    .action(async (name: string, { repoUrl, ...flags }: NewFlags) => {
      const { writeTestnet } = await import('./testnet.ts');
      done(await writeTestnet({ name, ...flags, ...(repoUrl === undefined ? {} : { repoURL: repoUrl }) }, io, signal));
    });
  return new Command('new').description('Write the files of something new.').addCommand(testnet).addHelpText('after', '\nExample:\n  prelude new testnet testnet-oslo');
}

/** `prelude promote`. */
export function promoteCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return addChangeOptions(new Command('promote'))
    .description("Copy one testnet's image tags and chart versions to another, as a commit on a branch.")
    .argument('<from>', 'the testnet that has proved them')
    .argument('<to>', 'the testnet that is to have them')
    .addHelpText('after', promoteHelp)
    .action(async (from: string, to: string, flags: ChangeFlags) => {
      const options = changeOf(flags);
      const { promote } = await import('./testnet.ts');
      done(await promote(from, to, options, io, signal));
    });
}

/** `prelude set`. */
export function setCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const image = addChangeOptions(new Command('image'))
    .description('Set an image of a testnet, as a commit on a branch.')
    .argument('<testnet>', 'its name')
    .argument('<image>', 'NAME=IMAGE:TAG: which one, and what it is to be')
    .addHelpText('after', setHelp)
    .action(async (testnet: string, wanted: string, flags: ChangeFlags) => {
      const options = changeOf(flags);
      const { setImage } = await import('./testnet.ts');
      done(await setImage(testnet, wanted, options, io, signal));
    });
  return new Command('set').description('Change something of a testnet.').addCommand(image).addHelpText('after', '\nExample:\n  prelude set image devnet faucet=testnet/faucet:1.5.0');
}

function addChangeOptions(command: Command): Command {
  return command
    .option('--path <folder>', 'the config repository', '.')
    .option('--testnets <folder>', 'where testnets lie in it', 'testnets')
    .option('--branch <name>', 'the new branch (named after the change unless told)')
    .option('--dry-run', 'print the diff, and commit nothing')
    .option('--push [remote]', 'push the branch, to origin unless told');
}

function changeOf({ path, testnets, branch, dryRun, push }: ChangeFlags): { readonly path: string; readonly testnets: string; readonly branch?: string; readonly dryRun: boolean; readonly push?: string } {
  if (dryRun === true && push !== undefined) throw new UsageError('--dry-run commits nothing, so there is nothing to --push; choose one');
  const remote = push === true ? 'origin' : push;
  return { path, testnets, dryRun: dryRun === true, ...(branch === undefined ? {} : { branch }), ...(remote === undefined ? {} : { push: remote }) };
}
