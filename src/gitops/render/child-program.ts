import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exec } from '../../lib/exec.ts';

/** Files for a child process, by their paths below its folder. */
export type ChildFiles = readonly { readonly name: string; readonly data: Uint8Array }[];

/** What a program renders. */
export interface ChildProgram {
  /** Its absolute path: it has no PATH to find another by. */
  readonly program: string;
  /** Given the folder with the files. */
  readonly args: (folder: string) => readonly string[];
  readonly files: ChildFiles;
  readonly stdin?: Uint8Array;
  /** Besides those that keep it from everything else. */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** Takes secrets out of what it complains of. */
  readonly redact?: (text: string) => string;
}

/** Milliseconds that rendering may take; Argo CD allows 90 s. */
const deadline = 90_000;

/**
 * A port on which nothing listens by definition: whatever wants to talk to the network through it is refused at once. Go's programs ask no proxy for this
 * machine's own addresses, so callers have to refuse URLs in what they hand over.
 */
const nowhere = 'http://127.0.0.1:9';

/**
 * Runs a program over files in a folder of its own, and answers what it writes. It has no shell, no PATH, no home, no kubeconfig, and proxies that lead
 * nowhere; the folder is gone afterwards.
 * @throws ExecError
 */
export async function runChildProgram({ program, args, files, stdin, env, redact }: ChildProgram, signal: AbortSignal): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'prelude-render-'));
  try {
    const input = join(folder, 'input');
    const home = join(folder, 'home');
    await mkdir(home);
    for (const { name, data } of files) {
      const file = join(input, name);
      // callers name files by clean relative paths; a bug there must not write anywhere else
      if (!file.startsWith(`${input}/`)) throw new Error('a file for a child process would lie outside of its folder');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, data, { mode: 0o600 });
    }
    return await exec(program, args(input), {
      ...{ signal, deadline, cwd: home, inherit: [] },
      env: { HOME: home, TMPDIR: home, PATH: '', KUBECONFIG: join(home, 'no-kubeconfig'), HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, ALL_PROXY: nowhere, ...env?.(home) },
      redact: (text) => (redact?.(text) ?? text).replaceAll(`${input}/`, ''),
      ...(stdin === undefined ? {} : { stdin }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
