import { Option } from 'commander';
import type { AdapterOptions } from '../app/options.ts';

/** What the options below leave in a command's flags. */
export interface AdapterFlags {
  readonly provider: readonly string[];
  readonly allowOwnIdentity?: true;
  readonly fileProviderRoot: readonly string[];
}

/** `--provider`, as often as it is said. */
export function providerOption(): Option {
  return repeated('--provider <package>', 'an adapter beside those that are built in: an npm package installed beside Prelude, or a file as ./x.js; may be repeated');
}

/** `--allow-own-identity`. */
export function ownIdentityOption(): Option {
  return new Option('--allow-own-identity', "namespaced stores that name no credentials may ask as Prelude itself; ClusterSecretStores always may");
}

/** `--file-provider-root`, as often as it is said. */
export function fileRootOption(): Option {
  return repeated('--file-provider-root <folder>', 'stores of provider file may read below this folder; may be repeated');
}

/** The adapters that a command line asks for. */
export function adaptersOf({ provider: packages, allowOwnIdentity, fileProviderRoot: fileRoots }: AdapterFlags): AdapterOptions {
  return { packages, allowOwnIdentity: allowOwnIdentity === true, fileRoots };
}

function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string, before: readonly string[]) => [...before, text]).default([], 'none');
}
