import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { helmArguments, helmEnvironment, type HelmRelease, printedDocuments, type ReleaseCase } from '../../support/render/helm-release.ts';
import { compareDocuments } from '../../support/render/compare-documents.ts';
import { bundleEngine } from './bundle-engine.ts';
import type { PrintedRelease } from './render-list.ts';
import { median, runProgram } from './run-program.ts';
import { testnetChart, testnetValues } from './testnet-values.ts';

const releases = 200;
const rounds = 3;

/** Wall time and memory of 200 releases: by a process of helm each, and by one engine that starts cold, its threads included; each one after the other, and on all cores. */
export async function measureReleases(helm: string, work: string): Promise<readonly Readonly<Record<string, string | number>>[]> {
  const cases = Array.from({ length: releases }, (_, index): ReleaseCase => ({ chart: testnetChart, values: JSON.stringify(testnetValues(index)), release: `testnet-${index}`, namespace: `testnet-${index}` }));
  const engine = await bundleEngine(join(work, 'engine'));
  const rows: Readonly<Record<string, string | number>>[] = [];
  for (const atOnce of [1, availableParallelism()]) {
    const theirs: Measured[] = [];
    const ours: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      theirs.push(await byProcess(helm, work, cases, atOnce));
      ours.push(await byEngine(engine, work, cases, atOnce));
    }
    const differ = disagreements(theirs[0]?.releases ?? [], ours[0]?.releases ?? []);
    if (differ.length > 0) throw new Error(`what was measured is not the same: ${differ.join('\n')}`);
    const base = median(theirs.map(({ milliseconds }) => milliseconds));
    rows.push(row(`helm template, ${releases} processes, ${atOnce} at once`, theirs, base), row(`one engine from a cold start, ${atOnce} at once`, ours, base));
  }
  return rows;
}

interface Measured {
  readonly milliseconds: number;
  readonly peakMiB: number;
  readonly releases: readonly HelmRelease[];
}

function row(what: string, all: readonly Measured[], base: number): Readonly<Record<string, string | number>> {
  const milliseconds = median(all.map((measured) => measured.milliseconds));
  return { what, seconds: Number((milliseconds / 1000).toFixed(2)), 'ms each': Number((milliseconds / releases).toFixed(2)), 'peak MiB': Math.max(...all.map(({ peakMiB }) => peakMiB)), faster: Number((base / milliseconds).toFixed(1)) };
}

async function byProcess(helm: string, work: string, cases: readonly ReleaseCase[], atOnce: number): Promise<Measured> {
  mkdirSync(join(work, 'values'), { recursive: true });
  const commands = cases.map((one, index) => {
    const path = join(work, 'values', `${index}.yaml`);
    return helmArguments(one, (text) => {
      writeFileSync(path, text);
      return path;
    });
  });
  let peakMiB = 0;
  const all: string[] = [];
  const queue = commands.entries();
  const started = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [index, args] of queue) {
        const run = await runProgram(helm, args, helmEnvironment(work));
        peakMiB = Math.max(peakMiB, run.peakMiB * atOnce);
        all[index] = run.stdout;
      }
    }),
  );
  const milliseconds = performance.now() - started;
  return { milliseconds, peakMiB, releases: all.map((stdout) => ({ ok: true, documents: printedDocuments(Buffer.from(stdout)) })) };
}

/** In a process of its own, from the bundle: the time of the process is all that is counted, from its start to its end. */
async function byEngine(engine: string, work: string, cases: readonly ReleaseCase[], atOnce: number): Promise<Measured> {
  const path = join(work, 'cases.json');
  writeFileSync(path, JSON.stringify(cases));
  const run = await runProgram(process.execPath, [engine, path, String(atOnce)], helmEnvironment(work));
  const printed: readonly PrintedRelease[] = JSON.parse(run.stdout);
  const read = printed.map((one): HelmRelease => (one.ok ? { ok: true, documents: one.documents.map(({ source, text }) => ({ source, text: Buffer.from(text) })) } : one));
  return { milliseconds: run.milliseconds, peakMiB: run.peakMiB, releases: read };
}

function disagreements(theirs: readonly HelmRelease[], ours: readonly HelmRelease[]): readonly string[] {
  return theirs.flatMap((their, index) => {
    const our = ours[index];
    if (!their.ok || our === undefined || !our.ok) return [`release ${index}: ${our !== undefined && !our.ok ? our.message : 'not rendered'}`];
    return compareDocuments(their.documents, our.documents).misses.map((miss) => `release ${index}: ${miss}`);
  });
}
