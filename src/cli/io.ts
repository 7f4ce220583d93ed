/** Where a command reads its surroundings from and prints to; a test hands in its own. */
export interface Io {
  readonly out: { readonly write: (text: string) => unknown };
  readonly err: { readonly write: (text: string) => unknown };
  /** Colour and live lines only go to a terminal. */
  readonly isTerminal: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input; absent where there is none. */
  readonly stdin?: () => Promise<Uint8Array>;
}

/** 0 done, 1 refused or failed, 2 bad usage. */
export type ExitCode = 0 | 1 | 2;

/** Takes the exit code of the command that ran. */
export type Done = (code: ExitCode) => void;
