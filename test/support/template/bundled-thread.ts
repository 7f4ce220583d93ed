import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundling } from '../build.ts';

/** The program of the threads that render templates as the product has it: from the sources it starts in five times the time. */
export interface BundledThread {
  readonly program: URL;
  readonly remove: () => void;
}

export async function bundleThread(): Promise<BundledThread> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-thread-'));
  await build({ ...bundling, entryPoints: { thread: 'src/template/worker/thread.ts' }, outdir: folder });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return { program: pathToFileURL(join(folder, 'thread.js')), remove: () => rmSync(folder, { recursive: true }) };
}
