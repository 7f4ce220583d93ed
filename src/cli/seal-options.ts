import { Option } from 'commander';

/** `--keys` and what opens a backup, for commands that open sealed values. */
export interface KeyFlags {
  readonly keys: readonly string[];
  readonly identity: readonly string[];
  readonly passphraseFile?: string;
}

/** The options of `KeyFlags`. */
export function keyOptions(): readonly Option[] {
  return [
    repeated('--keys <file>', 'private keys: PEM, key Secrets, or a backup of them (prelude keys backup); may be repeated'),
    repeated('--identity <file>', 'age identities that the backup was encrypted for; may be repeated'),
    new Option('--passphrase-file <file>', 'passphrase of the backup; - for standard input'),
  ];
}

/** `--cert`, as often as it is said. */
export function certOption(description: string): Option {
  return repeated('--cert <file>', description);
}

/** An option that may be said several times. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string, before: readonly string[]) => [...before, text]).default([], 'none');
}
