import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build as bundle, type BuildOptions, type Metafile } from 'esbuild';
import { z } from 'zod';
import { bundledPackages, noticesFor } from './notices.ts';

const root = dirname(dirname(import.meta.dirname));

const packageSchema = z.object({ name: z.string(), version: z.string(), description: z.string(), license: z.string() });

/**
 * CommonJS packages that are bundled into ES modules still ask for these. Kept on one line, so that the lines of a
 * stack trace are off by one and no more.
 */
const banner = [
  "import { createRequire as bundleCreateRequire } from 'node:module';",
  "import { fileURLToPath as bundleFileURLToPath } from 'node:url';",
  'const require = bundleCreateRequire(import.meta.url);',
  'const __filename = bundleFileURLToPath(import.meta.url);',
  "const __dirname = bundleFileURLToPath(new URL('.', import.meta.url));",
].join(' ');

/** How code becomes a bundle that runs without node_modules. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  banner: { js: banner },
  legalComments: 'none',
  // the ES modules of a package that has both: what is imported lazily from CommonJS would come without its names
  mainFields: ['module', 'main'],
  // lines stay lines, so that a stack trace says something
  minifySyntax: true,
  metafile: true,
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Bundles the program into `folder`, which is then a package of its own: prelude.js checks its Node.js and loads the rest,
 * template-thread.js is what the threads run that render templates, and chunks/ holds a file for each part that is loaded on first use,
 * so that no command pays for an SDK it does not need.
 */
export async function build(folder: string): Promise<Metafile> {
  const { name, version, description, license } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await bundle({
    ...bundling,
    entryPoints: { prelude: 'src/cli/bin.ts', 'template-thread': 'src/template/worker/thread.ts' },
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    define: {
      'process.env.PRELUDE_VERSION': JSON.stringify(version),
      // from the chunk that starts the thread
      'process.env.PRELUDE_TEMPLATE_THREAD': JSON.stringify('../template-thread.js'),
    },
  });

  const program = join(folder, 'prelude.js');
  writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, 'utf8')}`);
  chmodSync(program, 0o755);
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ name, version, description, license, type: 'module', bin: { prelude: 'prelude.js' }, engines: { node: '>=24' } }, undefined, 2)}\n`,
  );
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), noticesFor(root, bundledPackages(metafile)));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  // `up` creates these in a cluster that has none
  cpSync(join(root, 'crds'), join(folder, 'crds'), { recursive: true, filter: (path) => !path.endsWith('examples') });
  return metafile;
}

if (import.meta.main) {
  const folder = join(root, 'dist');
  const metafile = await build(folder);
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(`dist/prelude.js, template-thread.js and ${Object.keys(metafile.outputs).length - 2} chunks, ${(bytes / 1024 / 1024).toFixed(1)} MiB, ${bundledPackages(metafile).length} packages inside`);
}
