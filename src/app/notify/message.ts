import type { Happening } from '../../gitops/notify/triggers.ts';

/** What a service is told: something that has happened to an Application. */
export interface Message extends Happening {
  /** Of the Application. */
  readonly namespace: string;
  readonly name: string;
  /** Of the object, where the cluster has said so. */
  readonly uid?: string;
  /** Where its objects go. */
  readonly destination: string;
  /** As the Application has it. */
  readonly repoURL: string;
  /** Where more is shown; absent where nobody has said. */
  readonly targetUrl?: string;
}

/** Sends one message. @throws SendError; the signal's reason */
export type Send = (message: Message, signal: AbortSignal) => Promise<void>;

/** A service did not take a message. The text names neither an address beyond its host nor anything that the service answered. */
export class SendError extends Error {
  /** The same message again cannot fare better. */
  readonly isFinal: boolean;
  /** Milliseconds that the service asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: { readonly isFinal: boolean; readonly retryAfter?: number; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SendError';
    this.isFinal = options.isFinal;
    this.retryAfter = options.retryAfter;
  }
}

/** Title, cause and next step in one line. */
export function summaryOf({ title, cause, nextStep }: Pick<Message, 'title' | 'cause' | 'nextStep'>): string {
  const why = cause === '' ? title : `${title}: ${cause}`;
  return nextStep === '' ? why : `${why}. Next: ${nextStep}`;
}

/** A text that has a bound. */
export function clipped(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
