import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBuiltinEngine } from '../../../src/gitops/render/helm/builtin-engine.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { helmArguments, helmEnvironment, type HelmRelease, printedDocuments, type ReleaseCase } from '../../support/render/helm-release.ts';
import { renderReleases } from '../../support/render/our-release.ts';
import { compareDocuments } from '../../support/render/compare-documents.ts';
import { median, runProgram } from './run-program.ts';
import { testnetChart, testnetValues } from './testnet-values.ts';

const releases = 200;
const rounds = 3;

/** Wall time and memory of 200 releases, one after the other: by a process of helm each, and by one engine, its start counted. */
export async function measureReleases(helm: string, work: string): Promise<readonly Readonly<Record<string, string | number>>[]> {
  const cases = Array.from({ length: releases }, (_, index): ReleaseCase => ({ chart: testnetChart, values: JSON.stringify(testnetValues(index)), release: `testnet-${index}`, namespace: `testnet-${index}` }));
  const theirs: Measured[] = [];
  const ours: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await byProcess(helm, work, cases));
    ours.push(await byEngine(cases));
  }
  const differ = disagreements(theirs[0]?.releases ?? [], ours[0]?.releases ?? []);
  if (differ.length > 0) throw new Error(`what was measured is not the same: ${differ.join('\n')}`);
  const [helmMs, ourMs] = [theirs, ours].map((measured) => median(measured.map(({ milliseconds }) => milliseconds)));
  return [
    { what: `helm template, ${releases} processes`, seconds: seconds(helmMs), 'ms each': milliseconds(helmMs), 'peak MiB': Math.max(...theirs.map(({ peakMiB }) => peakMiB)), faster: 1 },
    { what: 'one engine, its start and its threads included', seconds: seconds(ourMs), 'ms each': milliseconds(ourMs), 'peak MiB': Math.max(...ours.map(({ peakMiB }) => peakMiB)), faster: Number(((helmMs ?? 0) / (ourMs ?? 0)).toFixed(1)) },
  ];
}

interface Measured {
  readonly milliseconds: number;
  readonly peakMiB: number;
  readonly releases: readonly HelmRelease[];
}

async function byProcess(helm: string, work: string, cases: readonly ReleaseCase[]): Promise<Measured> {
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
  const started = performance.now();
  for (const args of commands) {
    const run = await runProgram(helm, args, helmEnvironment(work));
    peakMiB = Math.max(peakMiB, run.peakMiB);
    all.push(run.stdout);
  }
  const milliseconds = performance.now() - started;
  return { milliseconds, peakMiB, releases: all.map((stdout) => ({ ok: true, documents: printedDocuments(Buffer.from(stdout)) })) };
}

/** The memory is that of this process: the engine, its threads and the bench itself. */
async function byEngine(cases: readonly ReleaseCase[]): Promise<Measured> {
  let peakMiB = 0;
  const look = setInterval(() => {
    peakMiB = Math.max(peakMiB, Math.round(process.memoryUsage.rss() / 1024 / 1024));
  }, 5);
  const started = performance.now();
  const all = await renderReleases(createBuiltinEngine({ clock: systemClock }), cases, new AbortController().signal);
  const milliseconds = performance.now() - started;
  clearInterval(look);
  return { milliseconds, peakMiB, releases: all };
}

function disagreements(theirs: readonly HelmRelease[], ours: readonly HelmRelease[]): readonly string[] {
  return theirs.flatMap((their, index) => {
    const our = ours[index];
    if (!their.ok || our === undefined || !our.ok) return [`release ${index}: ${our !== undefined && !our.ok ? our.message : 'not rendered'}`];
    return compareDocuments(their.documents, our.documents).misses.map((miss) => `release ${index}: ${miss}`);
  });
}

function seconds(value = Number.NaN): number {
  return Number((value / 1000).toFixed(2));
}

function milliseconds(value = Number.NaN): number {
  return Number((value / releases).toFixed(2));
}
