import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { TemplateCase } from './corpus.ts';

/** What became of a template. Strings hold a byte in each character. */
export type Answer =
  | { readonly output: string }
  | { readonly error: string; readonly stage: 'parse' | 'execute' | 'limit' | 'data' };

/** Go's nanoseconds for all rounds of a case. */
export interface Timing {
  readonly parse: number;
  readonly render: number;
}

interface Pending {
  readonly question: object;
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

interface RawAnswer {
  readonly output?: string;
  readonly error?: string;
  readonly stage?: 'parse' | 'execute' | 'data';
  readonly parse?: number;
  readonly render?: number;
  readonly names?: readonly string[];
  readonly hashes?: UpstreamHashes;
}

/** What External Secrets hashes: the data of a Secret in base64, a text, and the metadata of an object. */
export interface Hashed {
  readonly data?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The hashes as External Secrets' own functions compute them. */
export interface UpstreamHashes {
  readonly data: string;
  readonly text: string;
  /** `status.syncedResourceVersion`. */
  readonly version: string;
}

/** Go's text/template with all of the functions: the program of test/parts/template-oracle, which runs until this is disposed of. */
export class Oracle implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #pending: Pending[] = [];
  #failure: Error | undefined;

  /** @param zone where it prints times that have no zone of their own: UTC, as in the controller's image, unless it is given */
  constructor(program: string, zone = 'UTC') {
    this.#child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'], env: { TZ: zone } });
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('close', (code, signal) => this.#fail(new Error(`the oracle ended (${signal ?? code})`)));
    // a program that ended says so by `close`
    this.#child.stdin.on('error', () => undefined);
    createInterface({ input: this.#child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => this.#pending.shift()?.resolve(line));
  }

  /** Go's answers, in the order of the cases. */
  async ask(cases: readonly TemplateCase[]): Promise<readonly Answer[]> {
    return Promise.all(cases.map(async (one) => toAnswer(await this.#render(one))));
  }

  /** How long Go takes to parse, and to render, a template so many times. */
  async time(one: TemplateCase, rounds: number): Promise<Timing> {
    const { error, parse, render } = await this.#render(one, rounds);
    if (parse === undefined || render === undefined) throw new Error(`cannot be timed: ${bytesOf(error)}`);
    return { parse, render };
  }

  /** The names of all functions of Go, sprig and External Secrets, those that the oracle does not render with too. */
  async functionNames(): Promise<readonly string[]> {
    const { names } = await this.#send({ list: true }, { list: true });
    if (names === undefined) throw new Error('the oracle does not name its functions');
    return names;
  }

  /** External Secrets' own hashes of these things. */
  async hash(hash: Hashed): Promise<UpstreamHashes> {
    const { hashes } = await this.#send({ hash }, { hash: 'hidden' });
    if (hashes === undefined) throw new Error('the oracle does not hash');
    return hashes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin.end();
    await ended;
  }

  async #render(one: TemplateCase, rounds = 0): Promise<RawAnswer> {
    const [left = '', right = ''] = one.delimiters ?? [];
    const request = { text: Buffer.from(one.text, one.encoding ?? 'utf8').toString('base64'), data: one.data, missingKey: one.missingKey, left, right, rounds };
    return this.#send(request, one);
  }

  /** @param question what an error names, instead of the request that is made of it */
  async #send(request: object, question: object): Promise<RawAnswer> {
    if (this.#failure !== undefined) throw this.#failure;
    const line = await new Promise<string>((resolve, reject) => {
      this.#pending.push({ question, resolve, reject });
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    try {
      // written by test/parts/template-oracle/main.go
      return JSON.parse(line) as RawAnswer;
    } catch (cause) {
      // its last line breaks off where it ends too soon
      throw new Error(`no answer to ${JSON.stringify(question)}`, { cause });
    }
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    for (const { question, reject } of this.#pending.splice(0)) reject(new Error(`no answer to ${JSON.stringify(question)}`, { cause }));
  }
}

function toAnswer({ output, error, stage }: RawAnswer): Answer {
  return stage === undefined ? { output: bytesOf(output) } : { error: bytesOf(error), stage };
}

function bytesOf(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
