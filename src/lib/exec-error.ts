/**
 * Why a child process did not do its work; a closed set.
 * - `missing`: the program is not installed
 * - `failed`: it ended with a code other than 0, or was killed by someone else
 * - `timeout`: the deadline passed
 * - `tooLarge`: it wrote more to stdout than allowed
 */
export type ExecErrorKind = 'missing' | 'failed' | 'timeout' | 'tooLarge';

/** A child process that failed. The message holds the program's name and the end of its stderr, never its arguments. */
export class ExecError extends Error {
  readonly kind: ExecErrorKind;
  /** Absent where the process did not end by itself. */
  readonly exitCode: number | undefined;
  /** The end of what it wrote to stderr, after the caller's redaction. */
  readonly stderr: string;

  constructor(kind: ExecErrorKind, message: string, details: { readonly exitCode?: number; readonly stderr?: string } = {}) {
    const stderr = details.stderr?.trim() ?? '';
    super(stderr === '' ? message : `${message}: ${stderr}`);
    this.name = 'ExecError';
    this.kind = kind;
    this.exitCode = details.exitCode;
    this.stderr = stderr;
  }
}
