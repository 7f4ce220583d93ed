/**
 * - `document`: the file is not one of SOPS, was changed, or may not be taken as it is; only a commit changes that
 * - `key`: no key at hand opens it; another key, or a right, changes that
 * - `unavailable`: the service that has the key did not answer; it may the next time
 */
export type SopsErrorKind = 'document' | 'key' | 'unavailable';

/** A SOPS file that does not open. The message says where and what to do, and quotes neither a value nor a key. */
export class SopsError extends Error {
  override readonly name = 'SopsError';
  readonly kind: SopsErrorKind;
  /** In the file, counted from 1, where it is about a line. */
  readonly line: number | undefined;

  constructor(kind: SopsErrorKind, message: string, line?: number) {
    super(message);
    this.kind = kind;
    this.line = line;
  }
}
