import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { programPath } from '../../support/controller-process.ts';
import type { BenchKey } from './fleet.ts';

export interface SealingOptions {
  readonly count: number;
  readonly kubeseal: string;
  readonly key: BenchKey;
}

const rounds = 3;
const calls = 21;
/** Called from other folders. */
const program = resolve(programPath);
const isBundle = !program.endsWith('.ts');
const ourKubeseal = join(dirname(program), isBundle ? 'kubeseal.js' : 'kubeseal-bin.ts');

/** Seals files of two values each: one call of ours for all, and one of kubeseal's for each, from a shell. Both flush what they write. */
export function measureSealing({ count, kubeseal, key }: SealingOptions): void {
  using folder = sealingFolder(key, count);
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder.path };
  const ours = median(
    Array.from({ length: rounds }, () => {
      rmSync(join(folder.path, 'ours'), { recursive: true, force: true });
      return timed(() => execFileSync(process.execPath, [program, 'seal', '--cert', 'cert.pem', '--output-dir', 'ours', 'secrets'], { cwd: folder.path, env, stdio: 'pipe' }));
    }),
  );
  mkdirSync(join(folder.path, 'theirs'));
  const loop = 'for file in secrets/*; do "$0" --cert cert.pem -o yaml -f "$file" -w "theirs/${file#secrets/}" || exit 1; done';
  const theirs = timed(() => execFileSync('sh', ['-c', loop, kubeseal], { cwd: folder.path, env, stdio: 'pipe' }));
  for (const name of ['ours', 'theirs']) if (readdirSync(join(folder.path, name)).length !== count) throw new Error(`not every file was sealed in ${name}`);
  console.log(`${count} files sealed (${sourcesOrBundle}): prelude seal ${ours.toFixed(2)} s (median of ${rounds}), kubeseal in a loop ${theirs.toFixed(2)} s: ${(theirs / ours).toFixed(1)} times as fast`);
}

/** What one call takes: from its start to its end, one Secret from standard input. They take turns, so that both meet the same machine. */
export function measureStart({ kubeseal, key }: Omit<SealingOptions, 'count'>): void {
  using folder = sealingFolder(key, 1);
  const subjects = [
    { name: 'kubeseal', words: [kubeseal, '--cert', 'cert.pem', '-o', 'yaml'] },
    { name: 'our kubeseal', words: [process.execPath, ourKubeseal, '--cert', 'cert.pem', '-o', 'yaml'] },
    { name: 'our kubeseal, JSON', words: [process.execPath, ourKubeseal, '--cert', 'cert.pem'], input: folder.json },
    { name: 'prelude seal', words: [process.execPath, program, 'seal', '--cert', 'cert.pem'] },
    { name: 'node with nothing to do', words: [process.execPath, '-e', '0'] },
  ];
  const took = subjects.map((): number[] => []);
  for (let call = 0; call < calls; call += 1) {
    for (const [index, { words: [file = '', ...args], input = folder.yaml }] of subjects.entries()) {
      took[index]?.push(timed(() => {
        const { status, stderr } = spawnSync(file, args, { cwd: folder.path, env: { PATH: process.env['PATH'] ?? '', HOME: folder.path }, input });
        if (status !== 0) throw new Error(`${basename(file)} failed: ${stderr.toString()}`);
      }));
    }
  }
  const told = subjects.map(({ name }, index) => `${name} ${(median(took[index] ?? []) * 1000).toFixed(0)} ms`);
  console.log(`one call (${sourcesOrBundle}, median of ${calls}): ${told.join(', ')}`);
}

const sourcesOrBundle = isBundle ? 'the bundle' : 'from the sources; PRELUDE_BIN measures the bundle';

interface SealingFolder extends Disposable {
  readonly path: string;
  readonly yaml: string;
  readonly json: string;
}

/** A certificate, and Secrets in plain text. */
function sealingFolder({ certificate }: BenchKey, count: number): SealingFolder {
  const path = mkdtempSync(join(tmpdir(), 'prelude-bench-seal-'));
  writeFileSync(join(path, 'cert.pem'), certificate.pem);
  mkdirSync(join(path, 'secrets'));
  for (let index = 0; index < count; index += 1) writeFileSync(join(path, 'secrets', `secret-${index}.yaml`), manifest(index));
  const json = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret-0', namespace: 'default' }, stringData: { user: 'user-0', password: 'password of 0' } });
  return { path, yaml: manifest(0), json, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function manifest(index: number): string {
  return `apiVersion: v1
kind: Secret
metadata:
  name: secret-${index}
  namespace: default
stringData:
  user: user-${index}
  password: password of ${index}
`;
}

/** Seconds. */
function timed(run: () => unknown): number {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
