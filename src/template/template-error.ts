import { SecretBytes } from '../lib/secret-bytes.ts';

/**
 * Why a function failed. `message` names what is wrong and never holds a value that came from data;
 * `detail` is what Go's function says, which often quotes its input, and is kept where nothing prints it.
 */
export class FunctionError extends Error {
  readonly detail: SecretBytes;

  /**
   * @param detail a byte string; the message where it is not given
   * @param cause the error of a template that the function rendered
   */
  constructor(message: string, detail: string = message, cause?: Error) {
    super(message, cause === undefined ? {} : { cause });
    this.detail = new SecretBytes(Buffer.from(detail, 'latin1'));
  }

  /** What Go says, as a byte string: for the `detail` of another error, and for nothing that anybody prints. */
  revealDetail(): string {
    return Buffer.from(this.detail.reveal()).toString('latin1');
  }

  /** The same error, with what was being done before both of its texts. */
  within(what: string): FunctionError {
    return new FunctionError(`${what}: ${this.message}`, `${what}: ${this.revealDetail()}`);
  }
}

/** A render went beyond what it may use. Ends the render at once; templates cannot catch it. */
export class LimitError extends Error {}

export interface TemplatePosition {
  /** Counted from 1. */
  readonly line: number;
  /** In bytes, as Go counts: from 0 in errors of execution; absent in errors of parsing. */
  readonly column?: number;
}

/**
 * A template that cannot be parsed or rendered. `message` is Go's, with its position (`template: name:line:col: …`), save that no value
 * from data is in it. `detail` is all of Go's message.
 */
export class TemplateError extends Error {
  readonly position: TemplatePosition;
  readonly detail: SecretBytes;

  /** @param cause what a function failed with */
  constructor(message: string, position: TemplatePosition, detail: SecretBytes = SecretBytes.fromUtf8(message), cause?: Error) {
    super(message, cause === undefined ? {} : { cause });
    this.position = position;
    this.detail = detail;
  }
}
