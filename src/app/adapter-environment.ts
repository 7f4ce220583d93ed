import { delimiter } from 'node:path';
import type { AdapterOptions } from './options.ts';

/** The environment as adapters see it: what is said by flags stands there as if it had been set. */
export function adapterEnvironment(environment: Readonly<Record<string, string | undefined>>, { fileRoots }: AdapterOptions): Readonly<Record<string, string | undefined>> {
  return fileRoots.length === 0 ? environment : { ...environment, PRELUDE_FILE_PROVIDER_ROOTS: fileRoots.join(delimiter) };
}
