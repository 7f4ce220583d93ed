import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { programPath } from './controller-process.ts';

export interface ProgramResult {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly stdin?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that seals, run to its end in a home of its own. Not more than a few run at once. */
export type SealingProgram = (args: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;

export interface SealingPrograms {
  /** Where they run, and have their home. */
  readonly folder: string;
  /** Where Node keeps what it has compiled of ours. */
  readonly compileCache: string;
  /** Sealed Secrets' own. */
  readonly theirs: SealingProgram;
  /** Our `kubeseal`: from its sources, or, with PRELUDE_BIN, the bundle beside that. */
  readonly ours: SealingProgram;
  /** `prelude …`. */
  readonly prelude: SealingProgram;
  readonly close: () => void;
}

const atOnce = 3;

/** @param kubeseal the part `sealedSecrets.kubeseal` */
export function sealingPrograms(kubeseal: string): SealingPrograms {
  const home = mkdtempSync(join(tmpdir(), 'prelude-sealing-'));
  const lanes = Array.from({ length: atOnce }, () => Promise.resolve());
  let turn = 0;
  const program = (path: string, first: readonly string[]): SealingProgram => (args, options) => {
    const lane = (turn += 1) % atOnce;
    const result = (lanes[lane] ?? Promise.resolve()).then(() => run(path, [...first, ...args], home, options));
    lanes[lane] = result.then(() => undefined, () => undefined);
    return result;
  };
  const bundle = process.env['PRELUDE_BIN'];
  return {
    folder: home,
    compileCache: compileCacheOf(home),
    theirs: program(kubeseal, []),
    ours: program(process.execPath, [bundle === undefined ? join(dirname(programPath), 'kubeseal-bin.ts') : join(dirname(bundle), 'kubeseal.js')]),
    prelude: program(process.execPath, [programPath]),
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

function compileCacheOf(home: string): string {
  return join(home, 'compiled');
}

/** What it printed; throws, with what it said, where it failed. */
export async function printed(running: Promise<ProgramResult>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
  return stdout;
}

function run(program: string, args: readonly string[], home: string, { stdin = '', env = {} }: ProgramOptions = {}): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: home, env: { PATH: process.env['PATH'] ?? '', HOME: home, NODE_COMPILE_CACHE: compileCacheOf(home), ...env }, stdio: 'pipe' });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // one that fails early does not read what it is given
    child.stdin.on('error', () => {}).end(stdin);
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
