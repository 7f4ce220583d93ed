import { Command } from 'commander';
import { parseNames, UsageError } from '../app/options.ts';
import type { BootstrapTask } from './bootstrap.ts';
import { contextOption, kubeconfigOption, usageOption, waitOption } from './command-options.ts';
import type { Done, Io } from './io.ts';

interface Flags {
  readonly path: string;
  readonly revision: string;
  readonly namespace: string;
  readonly name?: string;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly image?: string;
  readonly values?: string;
  readonly skipController?: true;
  readonly sshKeyFile?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly knownHosts?: string;
  readonly sealTo?: string;
  readonly keysBackup?: string;
  readonly identity?: readonly string[];
  readonly passphraseFile?: string;
  readonly timeout: number;
  readonly export?: true;
}

const help = `
Examples:
  prelude bootstrap git@github.com:acme/testnets.git --path clusters/main \\
    --image registry.example/prelude:0.1.0 --seal-to deploy-key.yaml
  prelude bootstrap https://git.example/testnets.git --username bot \\
    --password-file token
After the loss of a cluster, with the file from a clone:
  prelude bootstrap git@github.com:acme/testnets.git --path clusters/main \\
    --seal-to clusters/main/deploy-key.yaml \\
    --keys-backup keys.age --identity key.txt

A new deploy key is printed, its public half, and waited for until it is
registered; the private one goes into a Secret and nowhere else. What is there
already stays: the same command goes on, and changes nothing where all is well.
It needs the rights of a cluster-admin: it makes definitions and cluster roles.

Exit codes: 0 the first Application is Synced and Healthy, 1 failed or not yet,
2 bad usage.`;

/** `prelude bootstrap`. */
export function bootstrapCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return new Command('bootstrap')
    .description('Install the controller into a cluster, and have it follow a Git repository.')
    .argument('<url>', 'of the repository, https or ssh')
    .option('--path <folder>', 'folder whose manifests the first Application is', '.')
    .option('--revision <name>', 'branch, tag or commit', 'HEAD')
    .addOption(usageOption('--namespace <name>', 'where the controller, the credential and the first Application live', (text) => parseNames('--namespace', text)[0] ?? '').default('prelude'))
    .addOption(usageOption('--name <name>', 'of the first Application (called after the repository unless told)', parseName))
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .option('--image <reference>', "the controller's image, e.g. registry.example/prelude:0.1.0")
    .option('--values <file>', 'values for charts/prelude; with --skip-controller those that it was installed with, to be read only')
    .option('--skip-controller', 'the controller is installed otherwise (Helm, Git); leave it alone')
    .option('--ssh-key-file <file>', 'a private key that may read the repository; a new one is made unless told')
    .option('--username <name>', 'for a repository over https')
    .option('--password-file <file>', 'with its password or token')
    .option('--known-hosts <file>', "with the server's keys; those of GitHub, GitLab, Bitbucket and Azure are known")
    .option('--seal-to <file>', 'seal the credential into a file for Git; one that is there is used instead of a new key')
    .option('--keys-backup <file>', 'first restore the sealing keys that prelude keys backup has saved')
    .option('--identity <file...>', 'with the identities of age that the backup is for')
    .option('--passphrase-file <file>', 'with its passphrase')
    .addOption(waitOption('--timeout <duration>', 'give up waiting after', '10m'))
    .option('--export', 'print what would be applied, without credentials, and write nothing')
    .addHelpText('after', help)
    .action(async (url: string, flags: Flags) => {
      const task = taskOf(url, flags);
      const { bootstrap } = await import('./bootstrap.ts');
      done(await bootstrap(task, io, signal));
    });
}

function parseName(text: string): string {
  if (text.length > 58 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)) throw new UsageError(`--name ${text}: letters in lower case, digits and -, at most 58`);
  return text;
}

/** What the flags ask for together. @throws UsageError */
function taskOf(url: string, flags: Flags): BootstrapTask {
  const { kubeconfig, context, username, passwordFile, keysBackup, identity = [], passphraseFile, export: exports, skipController, name, ...rest } = flags;
  if ((username === undefined) !== (passwordFile === undefined)) throw new UsageError('--username and --password-file go together');
  if (username !== undefined && rest.sshKeyFile !== undefined) throw new UsageError('--ssh-key-file and --username are two credentials; choose one');
  if (keysBackup === undefined && (identity.length > 0 || passphraseFile !== undefined)) throw new UsageError('--identity and --passphrase-file open a backup; name it with --keys-backup');
  if (keysBackup !== undefined && identity.length === 0 && passphraseFile === undefined) throw new UsageError('a backup is decrypted with --identity or --passphrase-file');
  if (skipController === true && rest.image !== undefined) throw new UsageError('--image is for the controller that --skip-controller leaves alone');
  return {
    ...rest,
    url,
    name: name ?? nameAfter(url),
    cluster: { kind: 'kubernetes', kubeconfig, context },
    isInstalled: skipController !== true,
    isExport: exports === true,
    ...(username === undefined || passwordFile === undefined ? {} : { login: { username, passwordFile } }),
    ...(keysBackup === undefined ? {} : { backup: { file: keysBackup, identities: identity, ...(passphraseFile === undefined ? {} : { passphraseFile }) } }),
  };
}

/** The last step of the repository's path, as a name; `testnets` of git@github.com:acme/testnets.git. */
function nameAfter(url: string): string {
  const last = url.replace(/\/+$/, '').replace(/\.git$/i, '').split(/[/:]/).at(-1) ?? '';
  const name = last.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 58).replace(/^-+|-+$/g, '');
  return name === '' ? 'root' : name;
}
