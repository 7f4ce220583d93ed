import { KubeError } from '../kube-error.ts';

/** Whether an error is the file system's with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** Runs something on the file system; what it throws becomes a KubeError that says which file and why. */
export function onFile<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof KubeError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new KubeError('unavailable', `${file} cannot be read or written (${code})`, { cause: error });
  }
}
