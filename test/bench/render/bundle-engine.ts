import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from '../../support/build.ts';

/** Bundles the program that renders a list of releases, as the product is bundled. @returns its path */
export async function bundleEngine(folder: string): Promise<string> {
  await build({
    ...bundling,
    entryPoints: { 'render-list': 'test/bench/render/render-list.ts', 'chart-thread': 'src/gitops/render/helm/engine/chart-thread.ts' },
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    // from the program itself, which has the engine in it
    define: { 'process.env.PRELUDE_CHART_THREAD': JSON.stringify('./chart-thread.js') },
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return join(folder, 'render-list.js');
}
