import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/object.ts';

export const chartFolder = join(dirname(dirname(import.meta.dirname)), 'charts/prelude');

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HelmOptions {
  /** The chart's values; handed over on standard input, where the arguments say `--values -`. */
  readonly values?: object;
  /** Absent: helm is kept away from every cluster. */
  readonly kubeconfig?: string;
  /** Path of helm; that of the test run unless told (a bench is no test run). */
  readonly program?: string;
}

/** Runs the real helm with a home of its own, so that nothing of the machine's configuration takes part. */
export async function helm(args: readonly string[], options: HelmOptions = {}): Promise<HelmResult> {
  const home = mkdtempSync(join(tmpdir(), 'prelude-helm-'));
  try {
    const child = spawn(options.program ?? inject('parts').helm, [...args], {
      env: { PATH: process.env['PATH'], HOME: home, KUBECONFIG: options.kubeconfig ?? join(home, 'none') },
    });
    child.stdin.end(JSON.stringify(options.values ?? {}));
    const exited = new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code ?? 1));
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    return { code, stdout, stderr };
  } finally {
    rmSync(home, { recursive: true });
  }
}

export interface ReleaseName {
  /** Default `prelude`: the ServiceAccount and the Deployment are then called the same. */
  readonly release?: string;
  /** Default `prelude-system`; it is not among the objects. */
  readonly namespace?: string;
  /** As in HelmOptions. */
  readonly program?: string;
}

/**
 * The objects that `helm install` would create, as `helm template` prints them, CRDs included.
 * @throws Error with helm's own words where the values or the chart are wrong
 */
export async function renderChart(values: object = {}, { release = 'prelude', namespace = 'prelude-system', program }: ReleaseName = {}): Promise<readonly KubeObject[]> {
  const { code, stdout, stderr } = await helm(['template', release, chartFolder, '--namespace', namespace, '--values', '-'], { values, ...(program === undefined ? {} : { program }) });
  if (code !== 0) throw new Error(`helm template failed: ${stderr}`);
  return parseAllDocuments(stdout).flatMap((document) => {
    const object: unknown = document.toJS();
    return isKubeObject(object) ? [object] : [];
  });
}

function isKubeObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && 'kind' in value && 'apiVersion' in value && 'metadata' in value;
}
