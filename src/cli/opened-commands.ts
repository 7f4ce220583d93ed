import { Command, Option } from 'commander';
import type { Done, Io } from './io.ts';
import { told } from './seal-command.ts';
import { certOption, type KeyFlags, keyOptions } from './seal-options.ts';

/** `prelude verify`: can what is sealed be opened, and which key sealed it. */
export function verifyCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const command = new Command('verify')
    .description('Say whether SealedSecrets can be opened, and which key sealed each value; no cluster is needed.')
    .argument('[paths...]', 'files and folders', ['.'])
    .addOption(certOption('certificates of the keys that should have sealed; may be repeated'))
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  prelude verify --keys backup.age --identity key.txt --cert current.pem overlays/\n\nWithout --keys nothing is opened: the form, the owner and the length of the key are looked at.');
  for (const option of keyOptions()) command.addOption(option);
  return command.action(async (paths: readonly string[], { cert, ...flags }: KeyFlags & { readonly cert: readonly string[]; readonly output: 'text' | 'json' }) => {
    const { sealCheck } = await import('./seal-check.ts');
    done(await told(sealCheck({ ...flags, paths, certificates: cert, listItems: true }, io, signal), io));
  });
}

/** `prelude reseal`. */
export function resealCommand(io: Io, signal: AbortSignal, done: Done): Command {
  const command = new Command('reseal')
    .description('Seal values anew for another key, with a backup of the old keys; no cluster is needed. Only ciphertexts change.')
    .argument('[paths...]', 'files and folders', ['.'])
    .addOption(new Option('--cert <file>', 'certificate of the new key: a file or a URL').makeOptionMandatory())
    .option('--all', 'also what the new key has sealed already')
    .option('--dry-run', 'say what would be done')
    .addHelpText('after', '\nExample:\n  prelude reseal --keys backup.age --identity key.txt --cert new.pem overlays/');
  for (const option of keyOptions()) command.addOption(option);
  return command.action(async (paths: readonly string[], { cert, all, dryRun, ...keys }: KeyFlags & { readonly cert: string; readonly all?: true; readonly dryRun?: true }) => {
    const { reseal } = await import('./reseal.ts');
    done(await told(reseal({ ...keys, paths, certificate: cert, all: all === true, dryRun: dryRun === true }, io, signal), io));
  });
}

/** `prelude unseal`. */
export function unsealCommand(io: Io, _signal: AbortSignal, done: Done): Command {
  const command = new Command('unseal')
    .description('Print Secrets in plain text, with private keys; no cluster is needed. For when the cluster is gone.')
    .argument('[file]', 'a file with SealedSecrets, or - for standard input', '-')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['yaml', 'json']).default('yaml'))
    .addHelpText('after', '\nExample:\n  prelude unseal --keys backup.age --identity key.txt sealed.yaml');
  for (const option of keyOptions()) command.addOption(option);
  return command.action(async (path: string, { output, ...keys }: KeyFlags & { readonly output: 'yaml' | 'json' }) => {
    const { unseal } = await import('./unseal.ts');
    done(await told(unseal({ ...keys, path, output }, io), io));
  });
}
