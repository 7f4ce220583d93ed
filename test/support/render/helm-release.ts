import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** A document as helm prints it after its `# Source:` line; a file in crds/ is printed whole, whatever is in it. */
export interface PrintedDocument {
  /** The path that begins with the chart's name. */
  readonly source: string;
  readonly text: Buffer;
}

export type HelmRelease = { readonly ok: true; readonly documents: readonly PrintedDocument[] } | { readonly ok: false; readonly message: string };

/** What both engines render a release with. */
export interface ReleaseCase {
  /** A chart's folder or archive. */
  readonly chart: string;
  /** A values file's text; absent: none is given. */
  readonly values?: string;
  readonly release: string;
  readonly namespace: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
}

interface Answer {
  readonly output: string | null;
  readonly error: string;
}

/** The real helm's own commands, thousands of them in one process: the program of test/parts/helm/main.go. It is kept away from every cluster. */
export class HelmBatch implements AsyncDisposable {
  readonly #home = mkdtempSync(join(tmpdir(), 'prelude-helm-'));
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #pending: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  #failure: Error | undefined;
  #files = 0;

  constructor(program: string) {
    // what helm warns of goes to standard error
    this.#child = spawn(program, { env: helmEnvironment(this.#home), stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('close', (code, signal) => this.#fail(new Error(`helm ended (${signal ?? code})`)));
    // a program that ended says so by `close`
    this.#child.stdin.on('error', () => undefined);
    createInterface({ input: this.#child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => this.#pending.shift()?.resolve(line));
  }

  /** `helm template --include-crds`. */
  async render(one: ReleaseCase): Promise<HelmRelease> {
    const { output, error } = await this.#ask(helmArguments(one, (text) => this.#write(text)));
    return error === '' ? { ok: true, documents: printedDocuments(Buffer.from(output ?? '', 'base64')) } : { ok: false, message: error };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'close');
      this.#child.stdin.end();
      await ended;
    }
    rmSync(this.#home, { recursive: true, force: true });
  }

  #write(values: string): string {
    this.#files += 1;
    const path = join(this.#home, `values-${this.#files}.yaml`);
    writeFileSync(path, values);
    return path;
  }

  async #ask(args: readonly string[]): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure;
    const line = await new Promise<string>((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify(args)}\n`);
    });
    // written by test/parts/helm/main.go
    return JSON.parse(line) as Answer;
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    for (const { reject } of this.#pending.splice(0)) reject(cause);
  }
}

/** What helm is started with: nothing of the machine's configuration takes part. */
export function helmEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, KUBECONFIG: join(home, 'none') };
}

/** @param write writes a values file, and answers its path */
export function helmArguments({ chart, values, release, namespace, kubeVersion, apiVersions }: ReleaseCase, write: (text: string) => string): readonly string[] {
  return [
    ...['template', release, chart, '--namespace', namespace, '--include-crds'],
    ...(values === undefined ? [] : ['--values', write(values)]),
    ...(kubeVersion === undefined ? [] : ['--kube-version', kubeVersion]),
    ...(apiVersions ?? []).flatMap((version) => ['--api-versions', version]),
  ];
}

/** Takes helm's output apart. No document of a template holds such a line itself, because helm split it there. */
export function printedDocuments(stdout: Buffer): readonly PrintedDocument[] {
  const text = stdout.toString('latin1');
  const starts = [...text.matchAll(/^---\n# Source: (.*)\n/gm)];
  return starts.map((start, index) => {
    const body = text.slice(start.index + start[0].length, starts[index + 1]?.index);
    return { source: Buffer.from(start[1] ?? '', 'latin1').toString('utf8'), text: Buffer.from(body, 'latin1') };
  });
}
